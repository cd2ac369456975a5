import { expect, test } from 'vitest';
import {
  checkInput,
  firstAction,
  questionErrors,
  questionOf,
  questionSearch,
  questionText,
} from './question';
import { knownTypes } from './types';

const TYPES = knownTypes('cli_1', [
  {
    name: 'document',
    relations: [{ name: 'viewer', definition: '[user]', isHierarchy: false }],
    permissions: [{ name: 'read', relation: 'viewer', policy: null }],
  },
  {
    name: 'team',
    relations: [{ name: 'member', definition: '[user]', isHierarchy: false }],
    permissions: [],
  },
]);

test('a question goes into the URL and comes back', () => {
  const search = { who: 'cli_1:team:eng#member', does: 'viewer', on: 'cli_1:document:a:b' };
  const question = questionOf(search, TYPES);

  expect(question).toMatchObject({
    subjectType: 'cli_1:team',
    subjectId: 'eng',
    subjectRelation: 'member',
    type: 'cli_1:document',
    entityId: 'a:b',
  });
  expect(questionSearch(question)).toEqual(search);
});

test('without a URL it begins with a permission of the model', () => {
  expect(questionOf({}, TYPES)).toMatchObject({
    subjectType: 'user',
    type: 'cli_1:document',
    action: 'read',
  });
  expect(firstAction(TYPES, 'cli_1:team')).toBe('member');
  expect(questionOf({}, [])).toMatchObject({ type: '', action: '' });
});

test('texts become the input of a check', () => {
  const question = {
    ...questionOf({ who: 'user:usr_1', on: 'cli_1:document:1' }, TYPES),
    context: '{"hour": 9}',
    whatIf: 'document:1#viewer@user:usr_1',
  };

  expect(questionErrors(question)).toEqual({});
  expect(checkInput(question, (name) => (name === 'user' ? name : `cli_1:${name}`))).toEqual({
    subject: { type: 'user', id: 'usr_1', relation: null },
    action: 'read',
    entity: { type: 'cli_1:document', id: '1' },
    context: { hour: 9 },
    contextualTuples: [
      {
        entity: { type: 'cli_1:document', id: '1' },
        relation: 'viewer',
        subject: { type: 'user', id: 'usr_1' },
      },
    ],
  });
});

test('what is missing or misspelt is told at its input', () => {
  const errors = questionErrors({ ...questionOf({}, TYPES), context: '[]', whatIf: 'ok:1#a@b:2\nno' });

  expect(Object.keys(errors)).toEqual(['subjectId', 'entityId', 'context', 'whatIf']);
  expect(errors.whatIf).toContain('line 2');
});

test('the answer names people, everything else as it is written', () => {
  const input = {
    subject: { type: 'user', id: 'u' },
    action: 'read',
    entity: { type: 'cli_1:document', id: '1' },
  };

  expect(questionText(input, 'Ada')).toEqual({ who: 'Ada', does: 'read', on: 'document:1' });
  expect(questionText(input, null).who).toBe('user:u');
});
