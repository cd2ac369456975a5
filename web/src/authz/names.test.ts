import { expect, test } from 'vitest';
import {
  objectError,
  parseEntity,
  parseSubject,
  parseTuple,
  parseTuples,
  refText,
  typeParts,
  withoutScope,
} from './names';

const own = (name: string) => (name === 'user' ? name : `cli_1:${name}`);

test('a type of a client falls into the client and its name', () => {
  expect(typeParts('cli_1:invoice')).toEqual({ clientId: 'cli_1', name: 'invoice' });
  expect(typeParts('platform')).toEqual({ clientId: null, name: 'platform' });
});

test('names are shown without the scope they are shown in', () => {
  expect(withoutScope('cli_1', 'cli_1:document:1#viewer@cli_1:team:a#member')).toBe(
    'document:1#viewer@team:a#member',
  );
  expect(withoutScope('', 'cli_1:document:1')).toBe('cli_1:document:1');
  expect(refText('cli_1', { type: 'cli_1:team', id: 'a', relation: 'member' })).toBe('team:a#member');
  expect(refText('cli_1', { type: 'user', id: '*', relation: '' })).toBe('user:*');
});

test('an entity is read as the model or the API writes it; its id may hold colons', () => {
  expect(parseEntity(' document:a:b ', own)).toEqual({ type: 'cli_1:document', id: 'a:b' });
  expect(parseEntity('cli_2:document:1', own)).toEqual({ type: 'cli_2:document', id: '1' });
  for (const wrong of ['', 'document', ':1', 'document:', 'document:1#viewer', 'document:a b'])
    expect(parseEntity(wrong, own)).toBeNull();
});

test('a subject is one, everyone, or a userset', () => {
  expect(parseSubject('user:anne', own)).toEqual({ type: 'user', id: 'anne' });
  expect(parseSubject('user:*', own)).toEqual({ type: 'user', id: '*' });
  expect(parseSubject('team:eng#member', own)).toEqual({ type: 'cli_1:team', id: 'eng', relation: 'member' });
  expect(parseSubject('team:eng#', own)).toBeNull();
});

test('a tuple is read with its condition and what is settled of it', () => {
  expect(parseTuple('document:1#viewer@user:anne', own)).toEqual({
    entity: { type: 'cli_1:document', id: '1' },
    relation: 'viewer',
    subject: { type: 'user', id: 'anne' },
  });
  expect(parseTuple('document:1#editor@team:a#member with office_hours {"hour": 9}', own)).toEqual({
    entity: { type: 'cli_1:document', id: '1' },
    relation: 'editor',
    subject: { type: 'cli_1:team', id: 'a', relation: 'member' },
    condition: { name: 'office_hours', context: { hour: 9 } },
  });
  expect(parseTuple('document:1#viewer@user:anne with policy:small-amounts', own)).toEqual({
    entity: { type: 'cli_1:document', id: '1' },
    relation: 'viewer',
    subject: { type: 'user', id: 'anne' },
    policy: 'small-amounts',
  });
  for (const wrong of [
    'document:1#viewer@user:a with policy:x {}',
    'document:1',
    'document:1#viewer',
    'document:1@user:a',
    'document:1#viewer@user:a with x {',
  ])
    expect(parseTuple(wrong, own)).toBeNull();
});

test('lines that are no tuple are told by their number', () => {
  const { tuples, wrong } = parseTuples('document:1#viewer@user:a\n\nnonsense\n', own);

  expect(tuples).toHaveLength(1);
  expect(wrong).toEqual([3]);
});

test('a context is empty or a JSON object', () => {
  expect(objectError(' ')).toBeNull();
  expect(objectError('{"hour": 9}')).toBeNull();
  for (const wrong of ['[]', '1', 'null', '{']) expect(objectError(wrong)).toContain('must be a JSON object');
});
