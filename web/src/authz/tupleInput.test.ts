import { expect, test } from 'vitest';
import { atInputs, emptyTuple, kindOf, settle, tupleErrors, tupleInput } from './tupleInput';
import { knownTypes } from './types';

const TYPES = knownTypes('cli_1', [
  {
    name: 'team',
    relations: [{ name: 'member', definition: '[user]', isHierarchy: false }],
    permissions: [],
  },
  {
    name: 'document',
    relations: [
      { name: 'reader', definition: 'viewer', isHierarchy: false },
      { name: 'viewer', definition: '[user:*, team#member with hours]', isHierarchy: false },
    ],
    permissions: [],
  },
]);

test('choosing a type settles the first relation that tuples can name, and its first kind of subject', () => {
  const values = settle(emptyTuple('cli_1:document'), TYPES);

  expect([values.relation, values.kind]).toEqual(['viewer', 'user:*']);
  expect(settle({ ...values, type: 'cli_1:team' }, TYPES)).toMatchObject({
    relation: 'member',
    kind: 'user',
  });
});

test('a form becomes a tuple with its condition and its end', () => {
  const values = {
    ...emptyTuple('cli_1:document'),
    entityId: ' 7 ',
    relation: 'viewer',
    kind: 'team#member with hours',
    subjectId: 'eng',
    context: '{"hour": 9}',
    expiresAt: '2030-01-01T00:00',
  };
  const kind = kindOf(values, TYPES);

  expect(kind && tupleInput(values, kind)).toEqual({
    entity: { type: 'cli_1:document', id: '7' },
    relation: 'viewer',
    subject: { type: 'cli_1:team', id: 'eng', relation: 'member' },
    condition: { name: 'hours', context: { hour: 9 } },
    policy: null,
    startsAt: null,
    expiresAt: new Date('2030-01-01T00:00').toISOString(),
  });
});

test('a policy stays where the kind of subject has no condition of its own', () => {
  const values = settle({ ...emptyTuple('cli_1:team'), policy: 'small-amounts' }, TYPES);
  const kind = kindOf(values, TYPES);
  const other = settle({ ...values, type: 'cli_1:document', kind: 'team#member with hours' }, TYPES);

  expect(kind && tupleInput(values, kind)).toMatchObject({ condition: null, policy: 'small-amounts' });
  expect(other.policy).toBe('');
});

test('everyone needs no id, everybody else does', () => {
  const everyone = settle(emptyTuple('cli_1:document'), TYPES);
  const one = settle(emptyTuple('cli_1:team'), TYPES);

  expect(tupleErrors({ ...everyone, entityId: '*' }, kindOf(everyone, TYPES))).toEqual({});
  expect(Object.keys(tupleErrors(one, kindOf(one, TYPES)))).toEqual(['entityId', 'subjectId']);
});

test('errors of the server stand at the inputs they mean', () => {
  const error = (field: string[]) => ({ code: 'INVALID' as const, message: 'no', field });

  expect(atInputs([error(['writes', '0', 'subject']), error(['reason'])])?.map(({ field }) => field)).toEqual(
    [['subjectId'], ['reason']],
  );
  expect(atInputs(null)).toBeNull();
});
