import { DIALOGS as PERMISSIONS_DIALOGS, type ScopeSearch, scopeSearch } from '../authz/search';
import { type ContextsSearch, contextsSearch } from '../contexts/search';
import type { ClientFilter, ClientKind, ClientSort } from '../gen/graphql';
import { type PageSearch, pageVariables } from '../shared/paging';
import { flag, oneOf, paging, type RawSearch, text } from '../shared/search';

export const KINDS: readonly ClientKind[] = ['WEB', 'SPA', 'NATIVE', 'MACHINE', 'DEVICE'];
const SORTS: readonly ClientSort[] = ['CREATED_AT_DESC', 'CREATED_AT_ASC', 'NAME_ASC', 'NAME_DESC'];

export const DEFAULT_CLIENT_SORT: ClientSort = 'CREATED_AT_DESC';

export interface ClientsSearch extends PageSearch {
  q?: string | undefined;
  kind?: ClientKind | undefined;
  enabled?: boolean | undefined;
  /** Only apps that registered themselves, or only the others. */
  dynamic?: boolean | undefined;
  sort?: ClientSort | undefined;
  dialog?: 'create' | 'tokens' | undefined;
  /** The kind that the create dialog begins with. */
  create?: ClientKind | undefined;
}

export function clientsSearch(raw: RawSearch): ClientsSearch {
  return {
    q: text(raw, 'q'),
    kind: oneOf(raw, 'kind', KINDS),
    enabled: flag(raw, 'enabled'),
    dynamic: flag(raw, 'dynamic'),
    sort: oneOf(raw, 'sort', SORTS),
    dialog: oneOf(raw, 'dialog', ['create', 'tokens']),
    create: oneOf(raw, 'create', KINDS),
    ...paging(raw),
  };
}

export function clientsVariables(search: ClientsSearch) {
  const filter: ClientFilter = {};
  if (search.q) filter.search = search.q;
  if (search.kind) filter.kind = search.kind;
  if (search.enabled !== undefined) filter.isEnabled = search.enabled;
  if (search.dynamic !== undefined) filter.isDynamic = search.dynamic;
  return { ...pageVariables(search), filter, sort: search.sort ?? DEFAULT_CLIENT_SORT };
}

const TABS = ['connect', 'settings', 'secrets', 'permissions', 'registration'] as const;
const DIALOGS = ['rotate', 'delete', ...PERMISSIONS_DIALOGS] as const;

export interface ClientSearch extends ScopeSearch, ContextsSearch {
  tab?: (typeof TABS)[number] | undefined;
  dialog?: (typeof DIALOGS)[number] | undefined;
}

export function clientSearch(raw: RawSearch): ClientSearch {
  return {
    tab: oneOf(raw, 'tab', TABS),
    dialog: oneOf(raw, 'dialog', DIALOGS),
    ...scopeSearch(raw),
    ...contextsSearch(raw),
  };
}
