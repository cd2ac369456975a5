import { expect, test } from 'vitest';
import { clockTime, wayOut } from '../shell/Impersonation';
import { proofPath, reasonError, refusalText } from './impersonate';

test('the button says why it does nothing', () => {
  expect(refusalText(null)).toBeNull();
  expect(refusalText('OF_STRONGER')).toBe('They hold permissions on the platform that you lack.');
  expect(refusalText('NOT_POSSIBLE')).toContain('may not sign in');
});

test('a reason is there and bounded', () => {
  expect(reasonError('  ')).toBe('Say why.');
  expect(reasonError('x'.repeat(501))).toBe('At most 500 characters.');
  expect(reasonError('Ticket 4711')).toBeNull();
});

test('the ways to the proof and back lead to the same page', () => {
  expect(proofPath('usr_1')).toBe('/signin/again?next=%2Fadmin%2Fusers%2Fusr_1%3Fdialog%3Dimpersonate');
  expect(wayOut('usr_1')).toBe('/impersonation/over?stopped=1&next=%2Fadmin%2Fusers%2Fusr_1');
});

test('a moment is told in the time of who reads', () => {
  const here = new Date(2026, 10, 26, 15, 4);
  expect(clockTime(here.toISOString())).toBe('15:04');
});
