import { expect, test } from 'vitest';
import { graceText, mergeTexts } from './deletion';

test.each([
  [1_209_600, '14 days'],
  [86_400, '1 day'],
  [7_200, '2 hours'],
  [60, '1 hour'],
  [0, null],
])('a grace of %d seconds is told in words', (seconds, told) => {
  expect(graceText(seconds)).toBe(told);
});

test('of a merge only what there is is told', () => {
  const parts = [
    { name: 'linked_identities', moved: 1, dropped: 0 },
    { name: 'tuples', moved: 2, dropped: 3 },
    { name: 'consents', moved: 0, dropped: 0 },
  ];

  expect(mergeTexts(parts)).toEqual(['linked identities: 1 moves', 'tuples: 2 move, 3 not needed']);
});
