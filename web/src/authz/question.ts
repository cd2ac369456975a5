import type { CheckInput } from '../gen/graphql';
import { objectError, parseObject, parseSubject, parseTuples, typeParts } from './names';
import type { ScopeSearch } from './search';
import type { KnownType } from './types';

/** The texts of the form that asks a question. */
export interface Question {
  subjectType: string;
  subjectId: string;
  /** Of a userset, such as `member`. */
  subjectRelation: string;
  action: string;
  type: string;
  entityId: string;
  context: string;
  /** Tuples that count for this question only, one a line. */
  whatIf: string;
}

const asWritten = (name: string) => name;

/** The question that a URL asks; what it leaves out is the first that the model offers. */
export function questionOf(search: ScopeSearch, types: readonly KnownType[]): Question {
  const subject = parseSubject(search.who ?? '', asWritten);
  const entity = parseSubject(search.on ?? '', asWritten);
  const first = types.findLast(({ permissions }) => permissions.length > 0) ?? types.at(-1);
  const type = entity?.type ?? first?.type ?? '';
  return {
    subjectType: subject?.type ?? 'user',
    subjectId: subject?.id ?? '',
    subjectRelation: subject?.relation ?? '',
    action: search.does ?? firstAction(types, type),
    type,
    entityId: entity?.id ?? '',
    context: '',
    whatIf: '',
  };
}

/** What is asked of a type when nothing is said. */
export function firstAction(types: readonly KnownType[], type: string): string {
  const known = types.find((each) => each.type === type);
  return known?.permissions[0] ?? known?.relations[0]?.name ?? '';
}

export function questionSearch(question: Question): Pick<ScopeSearch, 'who' | 'does' | 'on'> {
  const userset = question.subjectRelation ? `#${question.subjectRelation}` : '';
  return {
    who: `${question.subjectType}:${question.subjectId}${userset}`,
    does: question.action,
    on: `${question.type}:${question.entityId}`,
  };
}

export function checkInput(question: Question, fullName: (name: string) => string): CheckInput {
  return {
    subject: {
      type: question.subjectType,
      id: question.subjectId.trim(),
      relation: question.subjectRelation.trim() || null,
    },
    action: question.action,
    entity: { type: question.type, id: question.entityId.trim() },
    context: parseObject(question.context),
    contextualTuples: parseTuples(question.whatIf, fullName).tuples,
  };
}

export function questionErrors(question: Question): Partial<Record<keyof Question, string>> {
  const errors: Partial<Record<keyof Question, string>> = {};
  if (question.subjectId.trim() === '') errors.subjectId = 'Say who.';
  if (question.entityId.trim() === '') errors.entityId = 'Say on which one.';
  const context = objectError(question.context);
  if (context) errors.context = context;
  const { wrong } = parseTuples(question.whatIf, asWritten);
  if (wrong.length > 0)
    errors.whatIf = `No tuple in line ${wrong.join(', ')}. It is written document:1#viewer@user:anne.`;
  return errors;
}

/** `Ada may edit document:plan` in three parts, for the answer. */
export function questionText(
  input: CheckInput,
  name: string | null,
): { who: string; does: string; on: string } {
  const { subject, action, entity } = input;
  const userset = subject?.relation ? `#${subject.relation}` : '';
  const written = subject ? `${typeParts(subject.type).name}:${subject.id}${userset}` : 'You';
  return { who: name ?? written, does: action, on: `${typeParts(entity.type).name}:${entity.id}` };
}
