import { expect, test } from 'vitest';
import { isNarrowed, permissionsSearch, scopeSearch, tupleVariables, withoutFilters } from './search';

test('a URL becomes the filter of the tuples; ids may look like numbers', () => {
  const search = scopeSearch({
    part: 'tuples',
    type: 'cli_1:document',
    entity: 42,
    subject: 'usr_1',
    after: 'c',
  });

  expect(tupleVariables(search)).toEqual({
    first: 25,
    after: 'c',
    filter: { entityType: 'cli_1:document', entityId: '42', subjectId: 'usr_1' },
  });
  expect(isNarrowed(search)).toBe(true);
});

test('what a URL says wrongly is left out', () => {
  expect(permissionsSearch({ part: 'graph', from: 'x', dialog: 'delete' })).toMatchObject({
    part: undefined,
    from: undefined,
    dialog: undefined,
  });
  expect(scopeSearch({ from: 3 }).from).toBe(3);
});

test('a URL says which policy is open, and what of it', () => {
  expect(
    scopeSearch({
      part: 'policies',
      policy: 'pol_1',
      shows: 'evaluations',
      verdict: 'DENIED',
      evaluation: 'pev_1',
    }),
  ).toMatchObject({
    part: 'policies',
    policy: 'pol_1',
    shows: 'evaluations',
    verdict: 'DENIED',
    evaluation: 'pev_1',
  });
  expect(scopeSearch({ shows: 'all', verdict: 'denied' })).toMatchObject({
    shows: undefined,
    verdict: undefined,
  });
  expect(permissionsSearch({ dialog: 'policy' }).dialog).toBe('policy');
});

test('filters go together, the part stays', () => {
  const search = withoutFilters(scopeSearch({ part: 'tuples', type: 'x', relation: 'viewer', after: 'c' }));

  expect(search.part).toBe('tuples');
  expect(isNarrowed(search)).toBe(false);
  expect(search.after).toBeUndefined();
});
