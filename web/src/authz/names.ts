import type { EntityInput, SubjectInput, TupleInput } from '../gen/graphql';

/** A type of a client carries the client's id: `cli_…:invoice`. */
const CLIENT_TYPE = /^(cli_[^:\s#]+):(.+)$/;
const TUPLE =
  /^([^\s#]+)#([^\s:#@]+)@([^\s#@:]+:[^\s#]+)(?:#([^\s:#@]+))?(?:\s+with\s+([^\s{]+)\s*(\{.*\})?)?$/;

export interface TypeParts {
  /** The client that owns the type; null for the installation's own and for Auther's. */
  clientId: string | null;
  name: string;
}

export function typeParts(type: string): TypeParts {
  const found = CLIENT_TYPE.exec(type);
  return { clientId: found?.[1] ?? null, name: found?.[2] ?? type };
}

/** A text of the API without the prefix of the scope it is shown in. */
export function withoutScope(scope: string, text: string): string {
  return scope ? text.replaceAll(`${scope}:`, '') : text;
}

/** `document:1`; of a subject also `team:eng#member`. */
export function refText(scope: string, ref: { type: string; id: string; relation?: string | null }): string {
  const text = `${withoutScope(scope, `${ref.type}:`)}${ref.id}`;
  return ref.relation ? `${text}#${ref.relation}` : text;
}

/** Makes a full name of one that is written as in the model. */
export type FullName = (name: string) => string;

/** `document:1`, as people write it; null when it is none. */
export function parseEntity(text: string, fullName: FullName): EntityInput | null {
  const { clientId, name } = typeParts(text.trim());
  const colon = name.indexOf(':');
  const id = name.slice(colon + 1);
  if (colon < 1 || id === '' || /[\s#]/.test(name)) return null;
  const type = name.slice(0, colon);
  return { type: clientId ? `${clientId}:${type}` : fullName(type), id };
}

/** `user:anne`, `user:*` or `team:eng#member`; null when it is none. */
export function parseSubject(text: string, fullName: FullName): SubjectInput | null {
  const [named = '', relation, ...rest] = text.trim().split('#');
  const entity = parseEntity(named, fullName);
  if (!entity || relation === '' || rest.length > 0) return null;
  return relation ? { ...entity, relation } : entity;
}

const POLICY = 'policy:';

/**
 * `document:1#viewer@user:anne with office_hours {"hour": 9}`, or a policy in place of the condition,
 * `with policy:small-amounts`; null when it is none.
 */
export function parseTuple(text: string, fullName: FullName): TupleInput | null {
  const found = TUPLE.exec(text.trim());
  if (!found) return null;
  const [, named = '', relation = '', by = '', userset, condition, context] = found;
  const entity = parseEntity(named, fullName);
  const subject = parseSubject(userset ? `${by}#${userset}` : by, fullName);
  const settled = context === undefined ? undefined : parseObject(context);
  if (!entity || !subject || settled === null) return null;
  const tuple: TupleInput = { entity, relation, subject };
  if (condition?.startsWith(POLICY)) {
    return settled === undefined ? { ...tuple, policy: condition.slice(POLICY.length) } : null;
  }
  return condition
    ? { ...tuple, condition: { name: condition, ...(settled && { context: settled }) } }
    : tuple;
}

/** The tuples of a text, one a line, and the numbers of the lines that are none. */
export function parseTuples(text: string, fullName: FullName): { tuples: TupleInput[]; wrong: number[] } {
  const tuples: TupleInput[] = [];
  const wrong: number[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const tuple = parseTuple(line, fullName);
    if (tuple) tuples.push(tuple);
    else wrong.push(index + 1);
  }
  return { tuples, wrong };
}

/** The JSON object that a text spells; null when it spells none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** The message for a text that is neither empty nor a JSON object; null when it will do. */
export function objectError(text: string): string | null {
  return text.trim() === '' || parseObject(text) ? null : 'This must be a JSON object, such as {"hour": 9}.';
}
