import { Client, fetchExchange } from 'urql';
import { expect, test } from 'vitest';
import {
  PoliciesDocument,
  PolicySaveDocument,
  PolicyVersionsDocument,
  SessionRevokeDocument,
  SessionsDocument,
  UserBanDocument,
  UsersDocument,
} from '../gen/graphql';
import { cache } from './cache';

type Answers = Record<string, () => unknown>;

/** A client over canned answers by operation name, and the names of what was asked. */
function clientOver(answers: Answers) {
  const asked: string[] = [];
  const client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    exchanges: [cache(), fetchExchange],
    fetch: async (_url, init) => {
      const { operationName } = JSON.parse(String(init?.body)) as { operationName: string };
      asked.push(operationName);
      const body = JSON.stringify({ data: answers[operationName]?.() });
      return new Response(body, { headers: { 'Content-Type': 'application/json' } });
    },
  });
  return { client, asked };
}

const page = {
  hasNextPage: false,
  hasPreviousPage: false,
  startCursor: null,
  endCursor: null,
  __typename: 'PageInfo',
};
const person = { __typename: 'User', id: 'usr_1', email: 'ada@example.com', name: null, picture: null };
const row = {
  ...person,
  username: null,
  emailVerified: true,
  status: 'ACTIVE',
  createdAt: '2026-01-01T00:00:00Z',
  lastSignInAt: null,
};
const detail = { ...row, locale: null, zoneinfo: null, attributes: {}, updatedAt: row.createdAt, ban: null };
const session = {
  __typename: 'Session',
  id: 'ses_1',
  device: 'Firefox',
  ip: null,
  userAgent: null,
  amr: [],
  acr: '1',
  authTime: row.createdAt,
  createdAt: row.createdAt,
  lastSeenAt: row.createdAt,
  expiresAt: row.createdAt,
  isCurrent: false,
  impersonator: null,
  user: person,
};

const policy = {
  __typename: 'Policy',
  id: 'pol_1',
  name: 'small-amounts',
  description: null,
  version: 1,
  createdAt: row.createdAt,
  updatedAt: row.createdAt,
  client: null,
  usage: { __typename: 'PolicyUsage', permissions: 0, tuples: 0, names: [] },
};
const versions = { __typename: 'PolicyVersionConnection', nodes: [], pageInfo: page, totalCount: 0 };

const answers: Answers = {
  Policies: () => ({
    policies: { __typename: 'PolicyConnection', nodes: [policy], pageInfo: page, totalCount: 1 },
  }),
  PolicyVersions: () => ({
    policy: { __typename: 'Policy', id: 'pol_1', name: 'small-amounts', versions },
  }),
  PolicySave: () => ({
    policySave: {
      __typename: 'PolicySavePayload',
      policy: { ...policy, version: 2, source: 'return true', warnings: [], samples: [] },
      warnings: [],
      errors: [],
    },
  }),
  Users: () => ({ users: { __typename: 'UserConnection', nodes: [row], pageInfo: page, totalCount: 1 } }),
  Sessions: () => ({
    sessions: { __typename: 'SessionConnection', nodes: [session], pageInfo: page, totalCount: 1 },
  }),
  UserBan: () => ({
    userBan: { __typename: 'UserBanPayload', user: { ...detail, status: 'BANNED' }, errors: [] },
  }),
  SessionRevoke: () => ({
    sessionRevoke: { __typename: 'SessionRevokePayload', session: null, deletedId: 'ses_1', errors: [] },
  }),
};

test('a list is answered from the cache until a mutation concerns it', async () => {
  const { client, asked } = clientOver(answers);
  const list = () => client.query(UsersDocument, { first: 25 }).toPromise();

  await list();
  await list();
  expect(asked).toEqual(['Users']);

  await client.mutation(UserBanDocument, { input: { id: 'usr_1' } }).toPromise();
  await list();
  expect(asked).toEqual(['Users', 'UserBan', 'Users']);
});

test('a mutation forgets the list on every page of it', async () => {
  const { client, asked } = clientOver(answers);
  await client.query(UsersDocument, { first: 25 }).toPromise();
  await client.query(UsersDocument, { first: 25, after: 'x' }).toPromise();
  await client.mutation(UserBanDocument, { input: { id: 'usr_1' } }).toPromise();

  await client.query(UsersDocument, { first: 25, after: 'x' }).toPromise();

  expect(asked.filter((name) => name === 'Users')).toHaveLength(3);
});

test('ending a session leaves the users as they are and asks for the sessions anew', async () => {
  const { client, asked } = clientOver(answers);
  await client.query(UsersDocument, { first: 25 }).toPromise();
  await client.query(SessionsDocument, { first: 25 }).toPromise();
  await client.mutation(SessionRevokeDocument, { input: { id: 'ses_1' } }).toPromise();

  await client.query(UsersDocument, { first: 25 }).toPromise();
  await client.query(SessionsDocument, { first: 25 }).toPromise();

  expect(asked).toEqual(['Users', 'Sessions', 'SessionRevoke', 'Sessions']);
});

test('a saved policy has another version, and its row another number', async () => {
  const { client, asked } = clientOver(answers);
  const versionsOf = () => client.query(PolicyVersionsDocument, { id: 'pol_1' }).toPromise();
  await client.query(PoliciesDocument, {}).toPromise();
  await versionsOf();
  const input = { name: 'small-amounts', source: 'return true' };
  await client.mutation(PolicySaveDocument, { input }).toPromise();

  await versionsOf();
  await client.query(PoliciesDocument, {}).toPromise();

  expect(asked).toEqual(['Policies', 'PolicyVersions', 'PolicySave', 'PolicyVersions', 'Policies']);
});
