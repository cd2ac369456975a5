import { describe, expect, test } from 'vitest';
import { formatCount, pageLinks, pageVariables, refine } from './paging';

const middle = { hasNextPage: true, hasPreviousPage: true, startCursor: 's', endCursor: 'e' };

describe('pageVariables', () => {
  test('asks forward from the start or a cursor, backward before one', () => {
    expect(pageVariables({}, 10)).toEqual({ first: 10 });
    expect(pageVariables({ after: 'a' }, 10)).toEqual({ first: 10, after: 'a' });
    expect(pageVariables({ before: 'b' }, 10)).toEqual({ last: 10, before: 'b' });
  });

  test('before wins where a URL has both', () => {
    expect(pageVariables({ after: 'a', before: 'b' }, 10)).toEqual({ last: 10, before: 'b' });
  });
});

describe('pageLinks', () => {
  test('leads both ways from the middle, nowhere while loading', () => {
    expect(pageLinks({}, middle)).toEqual({ previous: { before: 's' }, next: { after: 'e' } });
    expect(pageLinks({ after: 'x' }, undefined)).toEqual({ previous: null, next: null });
  });

  test('arriving by a cursor proves a page on that side', () => {
    const silent = { ...middle, hasNextPage: false, hasPreviousPage: false };

    expect(pageLinks({ after: 'x' }, silent)).toEqual({ previous: { before: 's' }, next: null });
    expect(pageLinks({ before: 'x' }, silent)).toEqual({ previous: null, next: { after: 'e' } });
    expect(pageLinks({}, silent)).toEqual({ previous: null, next: null });
  });

  test('an emptied page leads back to the start', () => {
    const empty = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

    expect(pageLinks({ after: 'x' }, empty)).toEqual({ previous: {}, next: null });
  });
});

test('refine starts at the first page again', () => {
  const search = { q: 'a', sort: 'NAME_ASC', after: 'x', before: undefined };

  expect(refine(search, { q: 'b' })).toEqual({
    q: 'b',
    sort: 'NAME_ASC',
    after: undefined,
    before: undefined,
  });
});

test('formatCount shows the server’s bound as a plus', () => {
  expect(formatCount(0)).toBe('0');
  expect(formatCount(10_000)).toBe((10_000).toLocaleString());
  expect(formatCount(10_001)).toBe(`${(10_000).toLocaleString()}+`);
});
