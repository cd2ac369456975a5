import type { ModelTypeFieldsFragment } from '../gen/graphql';
import type { FullName } from './names';

/** What may stand as subject in a tuple: `user`, `user:*`, `team#member with office_hours`. */
export interface SubjectKind {
  /** As the model writes it. */
  text: string;
  /** The full name of the type. */
  type: string;
  relation: string;
  isEveryone: boolean;
  condition: string | null;
}

export interface KnownRelation {
  name: string;
  /** Empty when tuples cannot name the relation, only follow from others. */
  kinds: SubjectKind[];
}

/** A type that a model defines, ready for forms. */
export interface KnownType {
  /** As the model writes it. */
  name: string;
  /** As the API writes it. */
  type: string;
  relations: KnownRelation[];
  permissions: string[];
}

/** Types of Auther itself; in a model a bare `type user` refers to them. */
const BUILT_IN = new Set(
  'user apikey client group platform users groups clients webhooks pipelines api_keys keys sessions'.split(
    ' ',
  ),
);
export const CALLERS = ['user', 'group', 'apikey', 'client'] as const;

function isOwn(type: ModelTypeFieldsFragment): boolean {
  return type.relations.length > 0 || type.permissions.length > 0 || !BUILT_IN.has(type.name);
}

/** How names of a client's model are written everywhere else; the installation's stay as they are. */
export function namesIn(scope: string, types: readonly ModelTypeFieldsFragment[]): FullName {
  const own = new Set(types.filter(isOwn).map(({ name }) => name));
  return (name) => (scope && own.has(name) ? `${scope}:${name}` : name);
}

/** The types that a model defines itself. */
export function knownTypes(scope: string, types: readonly ModelTypeFieldsFragment[]): KnownType[] {
  const fullName = namesIn(scope, types);
  return types.filter(isOwn).map((type) => ({
    name: type.name,
    type: fullName(type.name),
    relations: type.relations.map(({ name, definition }) => ({
      name,
      kinds: subjectKinds(definition, fullName),
    })),
    permissions: type.permissions.map(({ name }) => name),
  }));
}

const DIRECT = /\[([^\]]*)\]/;
const KIND = /^([^\s:#]+)(?::(\*)|#(\S+))?(?:\s+with\s+(\S+))?$/;

/** Whom a tuple of a relation may name: what stands in brackets in its definition. */
export function subjectKinds(definition: string, fullName: FullName): SubjectKind[] {
  const parts = DIRECT.exec(definition)?.[1]?.split(',') ?? [];
  return parts.flatMap((part) => {
    const text = part.trim();
    const found = KIND.exec(text);
    if (!found) return [];
    const [, name = '', everyone, relation = '', condition = null] = found;
    return [{ text, type: fullName(name), relation, isEveryone: everyone === '*', condition }];
  });
}

/** The types that have a relation which tuples can name. */
export function writableTypes(types: readonly KnownType[]): KnownType[] {
  return types.filter(({ relations }) => relations.some(({ kinds }) => kinds.length > 0));
}

export interface TypeChoice {
  value: string;
  label: string;
}

/** Who may be asked about: callers of Auther, then the types of the model. */
export function subjectChoices(types: readonly KnownType[]): TypeChoice[] {
  const callers = CALLERS.filter((name) => !types.some(({ type }) => type === name));
  return [
    ...callers.map((name) => ({ value: name as string, label: name as string })),
    ...types.map(({ name, type }) => ({ value: type, label: name })),
  ];
}

/** What may be asked of a type: its permissions, then its relations. */
export function actionGroups(type: KnownType | undefined): { group: string; items: string[] }[] {
  if (!type) return [];
  const groups = [
    { group: 'Permissions', items: type.permissions },
    { group: 'Relations', items: type.relations.map(({ name }) => name) },
  ];
  return groups.filter(({ items }) => items.length > 0);
}
