import { expect, test } from 'vitest';
import { changes, filled } from './changes';

test('only what differs is sent; an emptied text is null', () => {
  const before = { name: 'Ada', username: 'ada', isEnabled: true, uris: ['a'] };
  const after = { name: 'Ada', username: '', isEnabled: false, uris: ['a', 'b'] };

  expect(changes(before, after)).toEqual({ username: null, isEnabled: false, uris: ['a', 'b'] });
  expect(changes(before, before)).toEqual({});
});

test('a list with the same members in another order differs', () => {
  expect(changes({ uris: ['a', 'b'] }, { uris: ['b', 'a'] })).toEqual({ uris: ['b', 'a'] });
});

test('filled trims and drops the empty', () => {
  expect(filled([' https://a ', '', '  ', 'b'])).toEqual(['https://a', 'b']);
});
