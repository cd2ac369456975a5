import { expect, test } from 'vitest';
import { apiKeysSearch, apiKeysVariables } from './search';

test('what the address says is read, and what means nothing is left out', () => {
  expect(
    apiKeysSearch({ q: 'backup', enabled: false, sort: 'NAME_ASC', dialog: 'rotate', key: 'key_1' }),
  ).toEqual({
    q: 'backup',
    enabled: false,
    sort: 'NAME_ASC',
    dialog: 'rotate',
    key: 'key_1',
  });
  expect(apiKeysSearch({ q: '', enabled: 'maybe', sort: 'SECRET', dialog: 'steal' })).toEqual({});
});

test('filters become the variables of the list', () => {
  expect(apiKeysVariables({})).toMatchObject({ filter: {}, sort: 'CREATED_AT_DESC' });
  expect(apiKeysVariables({ q: 'backup', enabled: true, sort: 'LAST_USED_AT_ASC' })).toMatchObject({
    filter: { search: 'backup', isEnabled: true },
    sort: 'LAST_USED_AT_ASC',
  });
});
