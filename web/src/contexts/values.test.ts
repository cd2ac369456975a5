import { expect, test } from 'vitest';
import { contextsSearch } from './search';
import { contextValues, createInput, grantText, NOTHING, updateInput } from './values';

const CONTEXT = {
  id: 'ctx_1',
  slug: 'staff',
  name: 'Staff',
  description: null,
  clientId: 'cli_1',
  client: null,
  grants: [{ entityType: 'cli_1:invoice', entityId: null, relation: 'viewer' }],
  allowedOrigins: [],
  allowedDomains: ['acme.example'],
  isEnabled: true,
  appliedCount: 2,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
};

test('types of the client are typed without its id and sent with it', () => {
  const values = {
    ...NOTHING,
    slug: 'staff',
    name: 'Staff',
    grants: [
      { entityType: ' invoice ', relation: 'viewer', entityId: '' },
      { entityType: '', relation: '', entityId: '' },
    ],
    allowedDomains: [' acme.example ', ''],
  };

  expect(createInput(values, 'cli_1')).toEqual({
    slug: 'staff',
    name: 'Staff',
    clientId: 'cli_1',
    grants: [{ entityType: 'cli_1:invoice', relation: 'viewer' }],
    allowedDomains: ['acme.example'],
    allowedOrigins: [],
    isEnabled: true,
  });
});

test('types of the platform are sent as they are', () => {
  const grants = [{ entityType: 'group', relation: 'member', entityId: 'staff' }];
  const { clientId, grants: sent } = createInput({ ...NOTHING, grants }, null);

  expect(clientId).toBeUndefined();
  expect(sent).toEqual(grants);
});

test('a change sends what differs and nothing else', () => {
  const before = contextValues(CONTEXT);

  expect(before.grants).toEqual([{ entityType: 'invoice', relation: 'viewer', entityId: '' }]);
  expect(updateInput(CONTEXT, before, before)).toEqual({ id: 'ctx_1' });
  expect(updateInput(CONTEXT, before, { ...before, allowedDomains: [], isEnabled: false })).toEqual({
    id: 'ctx_1',
    allowedDomains: [],
    isEnabled: false,
  });
});

test('a grant reads as a line', () => {
  expect(CONTEXT.grants.map((grant) => grantText(grant, 'cli_1'))).toEqual(['invoice, every one: viewer']);
});

test('the address says which dialog is open', () => {
  expect(contextsSearch({ registration: 'edit', context: 'ctx_1', other: 1 })).toEqual({
    registration: 'edit',
    context: 'ctx_1',
  });
  expect(contextsSearch({ registration: 'nonsense' })).toEqual({});
});
