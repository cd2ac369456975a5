// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import type { PolicyDetailFieldsFragment } from '../gen/graphql';
import {
  type Draft,
  draftErrors,
  draftOf,
  draftPaths,
  FIRST_POLICY,
  freeName,
  isSame,
  keepDraft,
  nextKey,
  readDraft,
  saveInput,
} from './draft';

const POLICY: PolicyDetailFieldsFragment = {
  id: 'pol_1',
  name: 'small-amounts',
  description: null,
  version: 3,
  source: 'return true',
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-02T00:00:00Z',
  client: null,
  warnings: [],
  samples: [{ name: 'one', context: { resource: { amount: 1 } }, isAllowed: true }],
  usage: { permissions: 0, tuples: 0, names: [] },
};

const DRAFT = draftOf(POLICY);

beforeEach(() => sessionStorage.clear());

test('a policy becomes a draft that would save the same again', () => {
  expect(saveInput('cli_1', DRAFT)).toEqual({
    client: 'cli_1',
    name: 'small-amounts',
    description: null,
    source: 'return true',
    samples: [{ name: 'one', context: { resource: { amount: 1 } }, isAllowed: true }],
    expectedVersion: 3,
  });
  expect(saveInput('', { ...DRAFT, description: ' For small ones ' })).toMatchObject({
    client: null,
    description: 'For small ones',
  });
});

test('how a context is laid out makes no difference, what it says does', () => {
  const withContext = (context: string): Draft => ({
    ...DRAFT,
    samples: DRAFT.samples.map((each) => ({ ...each, context })),
  });

  expect(isSame(DRAFT, withContext('{"resource":{"amount":1}}'))).toBe(true);
  expect(isSame(DRAFT, withContext('{"resource":{"amount":2}}'))).toBe(false);
  expect(isSame(DRAFT, withContext('{"resource":'))).toBe(false);
  expect(isSame(DRAFT, { ...DRAFT, samples: [] })).toBe(false);
  expect(isSame(DRAFT, { ...DRAFT, source: 'return false' })).toBe(false);
});

test('what can be seen to be wrong stands at its field', () => {
  const [sample] = DRAFT.samples;
  const wrong: Draft = {
    ...DRAFT,
    name: 'Small',
    source: ' ',
    samples: sample ? [sample, { ...sample, context: '[1]' }, { ...sample, name: ' ' }] : [],
  };

  expect(Object.keys(draftErrors(wrong))).toEqual([
    'name',
    'source',
    'samples.1.name',
    'samples.1.context',
    'samples.2.name',
  ]);
  expect(Object.keys(draftErrors(wrong)).filter((path) => !draftPaths(wrong).includes(path))).toEqual([]);
  expect(draftErrors(DRAFT)).toEqual({});
});

test('10 KB are counted in bytes', () => {
  const umlauts = (count: number) => draftErrors({ ...DRAFT, source: 'ü'.repeat(count) });

  expect(umlauts(5_120)).toEqual({});
  expect(Object.keys(umlauts(5_121))).toEqual(['source']);
});

test('the first policy lacks nothing but its name', () => {
  expect(Object.keys(draftErrors(FIRST_POLICY))).toEqual(['name']);
});

test('a further sample has a name and a key of its own', () => {
  const samples = [1, 3].map((key) => ({ key, name: `sample ${key}`, context: '{}', isAllowed: true }));

  expect([nextKey(samples), freeName(samples)]).toEqual([4, 'sample 4']);
  expect([nextKey([]), freeName([])]).toEqual([0, 'sample 1']);
});

test('a draft outlives the page, for its own policy only', () => {
  keepDraft('cli_1', 'pol_1', DRAFT);

  expect(readDraft('cli_1', 'pol_1')).toEqual(DRAFT);
  expect(readDraft('cli_1', 'new')).toBeNull();
  expect(readDraft('', 'pol_1')).toBeNull();
  keepDraft('cli_1', 'pol_1', null);
  expect(readDraft('cli_1', 'pol_1')).toBeNull();
});

test('what is no draft is not read as one', () => {
  for (const kept of ['{', 'null', '[]', '{"name":"a"}', JSON.stringify({ ...DRAFT, samples: [{}] })]) {
    sessionStorage.setItem('auther:policy:cli_1:pol_1', kept);

    expect(readDraft('cli_1', 'pol_1')).toBeNull();
  }
});
