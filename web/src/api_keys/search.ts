import type { ApiKeyFilter, ApiKeySort } from '../gen/graphql';
import { type PageSearch, pageVariables } from '../shared/paging';
import { flag, oneOf, paging, type RawSearch, text } from '../shared/search';

const SORTS: readonly ApiKeySort[] = [
  'CREATED_AT_DESC',
  'CREATED_AT_ASC',
  'NAME_ASC',
  'NAME_DESC',
  'LAST_USED_AT_DESC',
  'LAST_USED_AT_ASC',
];
const DIALOGS = ['create', 'rotate', 'delete'] as const;

export const DEFAULT_API_KEY_SORT: ApiKeySort = 'CREATED_AT_DESC';

export interface ApiKeysSearch extends PageSearch {
  q?: string | undefined;
  enabled?: boolean | undefined;
  sort?: ApiKeySort | undefined;
  dialog?: (typeof DIALOGS)[number] | undefined;
  /** The key that the dialog is about. */
  key?: string | undefined;
}

export function apiKeysSearch(raw: RawSearch): ApiKeysSearch {
  return {
    q: text(raw, 'q'),
    enabled: flag(raw, 'enabled'),
    sort: oneOf(raw, 'sort', SORTS),
    dialog: oneOf(raw, 'dialog', DIALOGS),
    key: text(raw, 'key'),
    ...paging(raw),
  };
}

export function apiKeysVariables(search: ApiKeysSearch) {
  const filter: ApiKeyFilter = {};
  if (search.q) filter.search = search.q;
  if (search.enabled !== undefined) filter.isEnabled = search.enabled;
  return { ...pageVariables(search), filter, sort: search.sort ?? DEFAULT_API_KEY_SORT };
}
