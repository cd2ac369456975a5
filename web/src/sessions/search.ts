import { type PageSearch, pageVariables } from '../shared/paging';
import { paging, type RawSearch, text } from '../shared/search';

export interface SessionsSearch extends PageSearch {
  user?: string | undefined;
}

export function sessionsSearch(raw: RawSearch): SessionsSearch {
  return { user: text(raw, 'user'), ...paging(raw) };
}

export function sessionsVariables(search: SessionsSearch) {
  return { ...pageVariables(search), filter: search.user ? { userId: search.user } : {} };
}
