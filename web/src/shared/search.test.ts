import { expect, test } from 'vitest';
import { flag, fromTriState, oneOf, paging, text, triState } from './search';

test('text takes texts and the numbers that a URL’s parser makes of digits', () => {
  expect(text({ q: 'ada' }, 'q')).toBe('ada');
  expect(text({ q: 42 }, 'q')).toBe('42');
  expect(text({ q: '' }, 'q')).toBeUndefined();
  expect(text({ q: ['a'] }, 'q')).toBeUndefined();
});

test('oneOf drops what is not offered', () => {
  expect(oneOf({ tab: 'sessions' }, 'tab', ['profile', 'sessions'])).toBe('sessions');
  expect(oneOf({ tab: 'admin' }, 'tab', ['profile', 'sessions'])).toBeUndefined();
});

test('flag is true, false or absent', () => {
  expect(flag({ on: true }, 'on')).toBe(true);
  expect(flag({ on: false }, 'on')).toBe(false);
  expect(flag({ on: 'yes' }, 'on')).toBeUndefined();
});

test('a flag survives the way through a select', () => {
  for (const value of [true, false, undefined]) expect(fromTriState(triState(value))).toBe(value);
});

test('paging reads both cursors', () => {
  expect(paging({ after: 'a', before: 1 })).toEqual({ after: 'a', before: '1' });
});
