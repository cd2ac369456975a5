import { expect, test } from 'vitest';
import { duration, relativeTime } from './times';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

test.each([
  [-20, 'just now'],
  [-59, 'just now'],
  [-60, '1 minute ago'],
  [-3_599, '59 minutes ago'],
  [-86_400, 'yesterday'],
  [-8 * 86_400, 'last week'],
  [86_399, 'in 24 hours'],
  [9 * 86_400, 'next week'],
  [-800 * 86_400, '2 years ago'],
])('%d seconds from now is "%s"', (seconds, words) => {
  expect(relativeTime(at(seconds), NOW)).toBe(words);
});

test.each([
  [1, '1 second'],
  [90, '90 seconds'],
  [900, '15 minutes'],
  [5_400, '90 minutes'],
  [86_400, '1 day'],
  [1_209_600, '2 weeks'],
  [2_592_000, '30 days'],
])('%d seconds last "%s"', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});
