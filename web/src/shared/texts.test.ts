import { expect, test } from 'vitest';
import { parsed, words } from './texts';

test('scopes are words, each once', () => {
  expect(words('  openid email,profile  email ')).toEqual(['openid', 'email', 'profile']);
  expect(words(' ')).toEqual([]);
});

test('a text that is no JSON stays as it is', () => {
  expect(parsed('{"a": 1}')).toEqual({ a: 1 });
  expect(parsed('{a')).toBe('{a');
});
