import type { PageFieldsFragment } from '../gen/graphql';

export const PAGE_SIZE = 25;

/** Where a list stands, as the URL says it: after one cursor, before another, or at its start. */
export interface PageSearch {
  after?: string | undefined;
  before?: string | undefined;
}

export interface PageVariables {
  first?: number;
  after?: string;
  last?: number;
  before?: string;
}

export function pageVariables(search: PageSearch, size = PAGE_SIZE): PageVariables {
  if (search.before) return { last: size, before: search.before };
  if (search.after) return { first: size, after: search.after };
  return { first: size };
}

export interface PageLinks {
  previous: PageSearch | null;
  next: PageSearch | null;
}

/**
 * The neighbours of a page. Arriving by a cursor proves that there is a page on the side one came from,
 * even where the server, paging one way, does not look the other way.
 */
export function pageLinks(search: PageSearch, page: PageFieldsFragment | undefined): PageLinks {
  if (!page) return { previous: null, next: null };
  const hasPrevious = page.hasPreviousPage || Boolean(search.after && !search.before);
  const hasNext = page.hasNextPage || Boolean(search.before);
  return {
    previous: hasPrevious && page.startCursor ? { before: page.startCursor } : hasPrevious ? {} : null,
    next: hasNext && page.endCursor ? { after: page.endCursor } : null,
  };
}

/** A changed search or filter starts at the first page again. */
export function refine<S extends PageSearch>(search: S, changes: Partial<S>): S {
  return { ...search, ...changes, after: undefined, before: undefined };
}

const COUNT_LIMIT = 10_000;

/** The server counts to 10 001 at most. */
export function formatCount(count: number): string {
  const formatted = Math.min(count, COUNT_LIMIT).toLocaleString();
  return count > COUNT_LIMIT ? `${formatted}+` : formatted;
}
