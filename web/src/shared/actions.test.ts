import { expect, test } from 'vitest';
import { formPaths } from './actions';

test('every input of a form has a path', () => {
  expect(formPaths({ name: '', redirectUris: ['a', 'b'], scopes: [] })).toEqual([
    'name',
    'redirectUris',
    'redirectUris.0',
    'redirectUris.1',
    'scopes',
  ]);
});
