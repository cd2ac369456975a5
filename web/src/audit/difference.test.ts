import { expect, test } from 'vitest';
import { difference, valueText } from './difference';

test('nested objects are compared leaf by leaf, lists as a whole', () => {
  const before = { name: 'Ada', profile: { locale: 'fr', zone: 'Europe/Paris' }, scopes: ['openid'] };
  const after = { name: 'Ada', profile: { locale: 'en', zone: 'Europe/Paris' }, scopes: ['openid', 'email'] };

  expect(difference(before, after)).toEqual([
    { path: 'profile.locale', before: 'fr', after: 'en' },
    { path: 'scopes', before: ['openid'], after: ['openid', 'email'] },
  ]);
});

test('a creation shows every value, a deletion too', () => {
  expect(difference(null, { name: 'Ada' })).toEqual([{ path: 'name', before: undefined, after: 'Ada' }]);
  expect(difference({ name: 'Ada' }, null)).toEqual([{ path: 'name', before: 'Ada', after: undefined }]);
});

test('absent and null are the same', () => {
  expect(difference({ a: null }, {})).toEqual([]);
  expect(difference(null, null)).toEqual([]);
});

test('values fit on one line', () => {
  expect(['text', 3, false, ['a'], null, undefined].map(valueText)).toEqual([
    'text',
    '3',
    'false',
    '["a"]',
    '—',
    '—',
  ]);
});
