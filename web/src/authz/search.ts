import type { PolicyVerdict, TupleFilter } from '../gen/graphql';
import { type PageSearch, pageVariables } from '../shared/paging';
import { oneOf, paging, type RawSearch, text } from '../shared/search';

export const PARTS = ['model', 'tuples', 'policies', 'check'] as const;
export type Part = (typeof PARTS)[number];

/** What is shown of a policy. */
export const VIEWS = ['source', 'evaluations', 'versions'] as const;
const VERDICTS: readonly PolicyVerdict[] = ['ALLOWED', 'DENIED', 'ERROR'];

/** What the URL says of the permissions of one scope: a client's, or the installation's. */
export interface ScopeSearch extends PageSearch {
  part?: Part | undefined;
  /** Full name of the entity's type. */
  type?: string | undefined;
  entity?: string | undefined;
  relation?: string | undefined;
  subjectType?: string | undefined;
  subject?: string | undefined;
  /** The version that is open, and the number of the one it is compared with. */
  version?: string | undefined;
  from?: number | undefined;
  /** The question: `user:usr_…`, `read`, `cli_…:document:1`. */
  who?: string | undefined;
  does?: string | undefined;
  on?: string | undefined;
  /** What the policies are searched for; the one that is open, or `new`; and what of it. */
  q?: string | undefined;
  policy?: string | undefined;
  shows?: (typeof VIEWS)[number] | undefined;
  verdict?: PolicyVerdict | undefined;
  evaluation?: string | undefined;
}

export function scopeSearch(raw: RawSearch): ScopeSearch {
  const from = Number(raw.from);
  return {
    part: oneOf(raw, 'part', PARTS),
    type: text(raw, 'type'),
    entity: text(raw, 'entity'),
    relation: text(raw, 'relation'),
    subjectType: text(raw, 'subjectType'),
    subject: text(raw, 'subject'),
    version: text(raw, 'version'),
    from: Number.isInteger(from) && from > 0 ? from : undefined,
    who: text(raw, 'who'),
    does: text(raw, 'does'),
    on: text(raw, 'on'),
    q: text(raw, 'q'),
    policy: text(raw, 'policy'),
    shows: oneOf(raw, 'shows', VIEWS),
    verdict: oneOf(raw, 'verdict', VERDICTS),
    evaluation: text(raw, 'evaluation'),
    ...paging(raw),
  };
}

/** Open is the form that adds a tuple, or the question whether a policy is to be deleted. */
export const DIALOGS = ['tuple', 'policy'] as const;

export interface PermissionsSearch extends ScopeSearch {
  dialog?: (typeof DIALOGS)[number] | undefined;
}

export function permissionsSearch(raw: RawSearch): PermissionsSearch {
  return { ...scopeSearch(raw), dialog: oneOf(raw, 'dialog', DIALOGS) };
}

export function modelsSearch(raw: RawSearch): PageSearch {
  return paging(raw);
}

export function tupleVariables(search: ScopeSearch) {
  const filter: TupleFilter = {};
  if (search.type) filter.entityType = search.type;
  if (search.entity) filter.entityId = search.entity;
  if (search.relation) filter.relation = search.relation;
  if (search.subjectType) filter.subjectType = search.subjectType;
  if (search.subject) filter.subjectId = search.subject;
  return { ...pageVariables(search), filter };
}

export function isNarrowed({ type, entity, relation, subjectType, subject }: ScopeSearch): boolean {
  return [type, entity, relation, subjectType, subject].some((value) => value !== undefined);
}

/** Without a type the other filters mean nothing to who manages one client only. */
export function withoutFilters<S extends ScopeSearch>(search: S): S {
  const none = { type: undefined, entity: undefined, relation: undefined };
  return {
    ...search,
    ...none,
    subjectType: undefined,
    subject: undefined,
    after: undefined,
    before: undefined,
  };
}
