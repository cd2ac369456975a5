import { expect, test } from 'vitest';
import { banEnd, banEndError } from './ban';

const NOW = Date.parse('2026-11-23T12:00:00Z');

test('a ban ends never, after days, or at a moment', () => {
  expect(banEnd('', '', NOW)).toBeNull();
  expect(banEnd('7', '', NOW)).toBe('2026-11-30T12:00:00.000Z');
  expect(banEnd('date', '2026-12-24T18:00', NOW)).toBe(new Date('2026-12-24T18:00').toISOString());
});

test('a chosen moment must be there and lie ahead', () => {
  expect(banEndError('7', '', NOW)).toBeNull();
  expect(banEndError('date', '', NOW)).toBe('Choose when the ban ends.');
  expect(banEndError('date', '2020-01-01T00:00', NOW)).toBe('This moment has passed.');
  expect(banEndError('date', '2030-01-01T00:00', NOW)).toBeNull();
});
