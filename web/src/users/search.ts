import type { UserFilter, UserSort, UserStatus } from '../gen/graphql';
import { type PageSearch, pageVariables } from '../shared/paging';
import { flag, oneOf, paging, type RawSearch, text } from '../shared/search';

export const STATUSES: readonly UserStatus[] = ['ACTIVE', 'BANNED', 'PENDING_DELETION'];
const SORTS: readonly UserSort[] = [
  'CREATED_AT_DESC',
  'CREATED_AT_ASC',
  'EMAIL_ASC',
  'EMAIL_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'LAST_SIGN_IN_AT_DESC',
  'LAST_SIGN_IN_AT_ASC',
];

export const DEFAULT_USER_SORT: UserSort = 'CREATED_AT_DESC';

export interface UsersSearch extends PageSearch {
  q?: string | undefined;
  status?: UserStatus | undefined;
  verified?: boolean | undefined;
  sort?: UserSort | undefined;
  dialog?: 'create' | undefined;
}

export function usersSearch(raw: RawSearch): UsersSearch {
  return {
    q: text(raw, 'q'),
    status: oneOf(raw, 'status', STATUSES),
    verified: flag(raw, 'verified'),
    sort: oneOf(raw, 'sort', SORTS),
    dialog: oneOf(raw, 'dialog', ['create']),
    ...paging(raw),
  };
}

export function usersVariables(search: UsersSearch) {
  const filter: UserFilter = {};
  if (search.q) filter.search = search.q;
  if (search.status) filter.status = search.status;
  if (search.verified !== undefined) filter.emailVerified = search.verified;
  return { ...pageVariables(search), filter, sort: search.sort ?? DEFAULT_USER_SORT };
}

const TABS = ['profile', 'sign-in', 'sessions', 'permissions', 'activity'] as const;
const DIALOGS = ['ban', 'unban', 'delete', 'restore', 'merge', 'impersonate'] as const;

export interface UserSearch extends PageSearch {
  tab?: (typeof TABS)[number] | undefined;
  dialog?: (typeof DIALOGS)[number] | undefined;
  /** The audit event that is unfolded. */
  event?: string | undefined;
  /** The client whose token is previewed. */
  client?: string | undefined;
}

export function userSearch(raw: RawSearch): UserSearch {
  return {
    tab: oneOf(raw, 'tab', TABS),
    dialog: oneOf(raw, 'dialog', DIALOGS),
    event: text(raw, 'event'),
    client: text(raw, 'client'),
    ...paging(raw),
  };
}
