import type { TupleInput, TupleKeyFieldsFragment, TupleKeyInput } from '../gen/graphql';
import type { UserProblem } from '../shared/problems';
import { objectError, parseObject } from './names';
import type { KnownType, SubjectKind } from './types';

type Key = Pick<TupleKeyFieldsFragment, 'entity' | 'relation' | 'subject'>;

/** A tuple that was read, as it is given back. */
export function keyInput({ entity, relation, subject }: Key): TupleKeyInput {
  return {
    entity: { type: entity.type, id: entity.id },
    relation,
    subject: { type: subject.type, id: subject.id, relation: subject.relation || null },
  };
}

/** The texts of the form that adds a tuple. */
export interface TupleValues {
  type: string;
  entityId: string;
  relation: string;
  /** The text of a subject kind. */
  kind: string;
  subjectId: string;
  /** The name of the policy with the second say; empty for none. */
  policy: string;
  context: string;
  startsAt: string;
  expiresAt: string;
  reason: string;
}

export function emptyTuple(type = ''): TupleValues {
  const texts = {
    entityId: '',
    relation: '',
    kind: '',
    subjectId: '',
    policy: '',
    context: '',
    startsAt: '',
    expiresAt: '',
  };
  return { ...texts, type, reason: '' };
}

/** Fills in what leaves no choice: the only relation, the first kind of subject. */
export function settle(values: TupleValues, types: readonly KnownType[]): TupleValues {
  const relations = writableRelations(types, values.type);
  const relation = relations.find(({ name }) => name === values.relation) ?? relations[0];
  const kind = relation?.kinds.find(({ text }) => text === values.kind) ?? relation?.kinds[0];
  const policy = kind && takesPolicy(kind) ? values.policy : '';
  return { ...values, relation: relation?.name ?? '', kind: kind?.text ?? '', policy };
}

/** A kind of subject that the model ties to a condition takes no policy beside it. */
export function takesPolicy(kind: SubjectKind): boolean {
  return kind.condition === null;
}

export function writableRelations(types: readonly KnownType[], type: string) {
  return types.find((each) => each.type === type)?.relations.filter(({ kinds }) => kinds.length > 0) ?? [];
}

export function kindOf(values: TupleValues, types: readonly KnownType[]): SubjectKind | undefined {
  const relation = writableRelations(types, values.type).find(({ name }) => name === values.relation);
  return relation?.kinds.find(({ text }) => text === values.kind);
}

export function tupleInput(values: TupleValues, kind: SubjectKind): TupleInput {
  const subjectId = kind.isEveryone ? '*' : values.subjectId.trim();
  return {
    entity: { type: values.type, id: values.entityId.trim() },
    relation: values.relation,
    subject: { type: kind.type, id: subjectId, relation: kind.relation || null },
    condition: kind.condition ? { name: kind.condition, context: parseObject(values.context) } : null,
    policy: values.policy || null,
    startsAt: moment(values.startsAt),
    expiresAt: moment(values.expiresAt),
  };
}

/** The value of a datetime-local input, in local time, as the API takes it. */
function moment(value: string): string | null {
  return value === '' ? null : new Date(value).toISOString();
}

export function tupleErrors(
  values: TupleValues,
  kind: SubjectKind | undefined,
): Partial<Record<keyof TupleValues, string>> {
  const errors: Partial<Record<keyof TupleValues, string>> = {};
  if (values.entityId.trim() === '') errors.entityId = 'Say on which one, or * for every one.';
  if (kind && !kind.isEveryone && values.subjectId.trim() === '') errors.subjectId = 'Say who.';
  const context = kind?.condition ? objectError(values.context) : null;
  if (context) errors.context = context;
  if (values.startsAt && values.expiresAt && values.startsAt >= values.expiresAt)
    errors.expiresAt = 'It would end before it begins.';
  return errors;
}

const FIELDS: Record<string, keyof TupleValues> = {
  entity: 'entityId',
  relation: 'relation',
  subject: 'subjectId',
  condition: 'context',
  policy: 'policy',
  startsAt: 'startsAt',
  expiresAt: 'expiresAt',
};

/** Errors of the only tuple of a write (`writes.0.subject`), at the inputs of the form. */
export function atInputs(errors: readonly UserProblem[] | null): UserProblem[] | null {
  return (
    errors?.map((error) => {
      const [list, index, part] = error.field[0] === 'input' ? error.field.slice(1) : error.field;
      const field = list === 'writes' && index === '0' ? FIELDS[part ?? ''] : undefined;
      return field ? { ...error, field: [field] } : error;
    }) ?? null
  );
}
