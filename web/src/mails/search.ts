import type { PageSearch } from '../shared/paging';
import { oneOf, paging, type RawSearch, text } from '../shared/search';

const VIEWS = ['html', 'text'] as const;

export interface MailsSearch extends PageSearch {
  /** The mail that is open. */
  mail?: string | undefined;
  view?: (typeof VIEWS)[number] | undefined;
}

export function mailsSearch(raw: RawSearch): MailsSearch {
  return { mail: text(raw, 'mail'), view: oneOf(raw, 'view', VIEWS), ...paging(raw) };
}
