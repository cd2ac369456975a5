import { expect, test } from 'vitest';
import { userSearch, usersSearch, usersVariables } from './search';

test('a URL becomes the variables of the list', () => {
  const search = usersSearch({ q: 'ada', status: 'BANNED', verified: false, sort: 'EMAIL_ASC', after: 'c' });

  expect(usersVariables(search)).toEqual({
    first: 25,
    after: 'c',
    filter: { search: 'ada', status: 'BANNED', emailVerified: false },
    sort: 'EMAIL_ASC',
  });
});

test('what a URL says wrongly is left out', () => {
  const search = usersSearch({ status: 'DEAD', sort: 'PASSWORD_ASC', verified: 'maybe', dialog: 'x' });

  expect(usersVariables(search)).toEqual({ first: 25, filter: {}, sort: 'CREATED_AT_DESC' });
  expect(search.dialog).toBeUndefined();
});

test('tab, dialog and unfolded event of a user come from the URL', () => {
  expect(userSearch({ tab: 'activity', dialog: 'ban', event: 'evt_1' })).toMatchObject({
    tab: 'activity',
    dialog: 'ban',
    event: 'evt_1',
  });
  expect(userSearch({ tab: 'secrets', dialog: 'create' })).toMatchObject({
    tab: undefined,
    dialog: undefined,
  });
});
