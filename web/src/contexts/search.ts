import { oneOf, type RawSearch, text } from '../shared/search';

const DIALOGS = ['create', 'edit', 'delete'] as const;

/** What the address of the page says: which dialog is open, and of which registration context. */
export interface ContextsSearch {
  registration?: (typeof DIALOGS)[number] | undefined;
  context?: string | undefined;
}

export function contextsSearch(raw: RawSearch): ContextsSearch {
  return { registration: oneOf(raw, 'registration', DIALOGS), context: text(raw, 'context') };
}
