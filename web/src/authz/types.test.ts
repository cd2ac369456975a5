import { expect, test } from 'vitest';
import type { ModelTypeFieldsFragment } from '../gen/graphql';
import { actionGroups, knownTypes, subjectChoices, subjectKinds, writableTypes } from './types';

const relation = (name: string, definition: string) => ({ name, definition, isHierarchy: false });
const MODEL: ModelTypeFieldsFragment[] = [
  { name: 'user', relations: [], permissions: [] },
  { name: 'robot', relations: [], permissions: [] },
  { name: 'team', relations: [relation('member', '[user, team#member]')], permissions: [] },
  {
    name: 'document',
    relations: [relation('owner', '[user, robot]'), relation('viewer', 'owner or viewer from folder')],
    permissions: [{ name: 'read', relation: 'viewer', policy: null }],
  },
];

test('whom tuples may name is read from the brackets', () => {
  const kinds = subjectKinds('[user, user:*, team#member with hours] or owner', (name) => `x:${name}`);

  expect(kinds).toEqual([
    { text: 'user', type: 'x:user', relation: '', isEveryone: false, condition: null },
    { text: 'user:*', type: 'x:user', relation: '', isEveryone: true, condition: null },
    {
      text: 'team#member with hours',
      type: 'x:team',
      relation: 'member',
      isEveryone: false,
      condition: 'hours',
    },
  ]);
  expect(subjectKinds('viewer from parent', (name) => name)).toEqual([]);
});

test('a bare user is the one of Auther, everything else belongs to the client', () => {
  const known = knownTypes('cli_1', MODEL);

  expect(known.map(({ type }) => type)).toEqual(['cli_1:robot', 'cli_1:team', 'cli_1:document']);
  expect(known[1]?.relations[0]?.kinds.map(({ type }) => type)).toEqual(['user', 'cli_1:team']);
  expect(knownTypes('', MODEL).map(({ type }) => type)).toEqual(['robot', 'team', 'document']);
});

test('forms offer what the model knows', () => {
  const known = knownTypes('cli_1', MODEL);

  expect(writableTypes(known).map(({ name }) => name)).toEqual(['team', 'document']);
  expect(actionGroups(known[2])).toEqual([
    { group: 'Permissions', items: ['read'] },
    { group: 'Relations', items: ['owner', 'viewer'] },
  ]);
  expect(actionGroups(known[0])).toEqual([]);
  expect(subjectChoices(known).map(({ label }) => label)).toEqual([
    'user',
    'group',
    'apikey',
    'client',
    'robot',
    'team',
    'document',
  ]);
});
