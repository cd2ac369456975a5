import { expect, test } from 'vitest';
import { EMPTY_TOKEN, tokenInput, usesOf } from './initialTokens';

test('a new token is for one app and a week, with the usual scopes', () => {
  expect(tokenInput({ ...EMPTY_TOKEN, name: 'CI' }, 'key')).toEqual({
    name: 'CI',
    maxUses: 1,
    ttlSeconds: 604800,
    scopes: null,
    requirePkce: true,
    idempotencyKey: 'key',
  });
});

test('what is left empty is no bound', () => {
  const input = tokenInput({ ...EMPTY_TOKEN, maxUses: '', ttlSeconds: '', scopes: ' openid  email ' }, 'key');

  expect([input.maxUses, input.ttlSeconds, input.scopes]).toEqual([null, null, ['openid', 'email']]);
});

test('uses are told with their bound, if there is one', () => {
  expect(usesOf({ uses: 2, maxUses: 10 })).toBe('2 of 10');
  expect(usesOf({ uses: 2, maxUses: null })).toBe('2');
});
