import { expect, test } from 'vitest';
import { navigationFor } from './nav';
import type { Can } from './viewer';

const NOTHING: Can = {
  usersView: false,
  usersCreate: false,
  usersUpdate: false,
  usersDelete: false,
  usersBan: false,
  usersImpersonate: false,
  groupsView: false,
  groupsCreate: false,
  groupsUpdate: false,
  groupsDelete: false,
  groupsManageMembers: false,
  clientsView: false,
  clientsCreate: false,
  clientsUpdate: false,
  clientsDelete: false,
  clientsManageAccess: false,
  webhooksView: false,
  webhooksCreate: false,
  webhooksUpdate: false,
  webhooksDelete: false,
  webhooksTest: false,
  pipelinesView: false,
  pipelinesCreate: false,
  pipelinesUpdate: false,
  pipelinesDelete: false,
  pipelinesExecute: false,
  apiKeysViewAll: false,
  apiKeysRevoke: false,
  sessionsViewAll: false,
  sessionsRevokeAll: false,
  keysView: false,
  keysRotate: false,
  platformManage: false,
};

function labels(can: Can): string[] {
  return navigationFor(can).flatMap((group) => group.items.map((item) => item.label));
}

test('who may do nothing sees the overview alone, and no empty groups', () => {
  expect(labels(NOTHING)).toEqual(['Overview']);
  expect(navigationFor(NOTHING)).toHaveLength(1);
});

test('each permission to view opens its page', () => {
  expect(labels({ ...NOTHING, usersView: true })).toEqual(['Overview', 'Users']);
  expect(labels({ ...NOTHING, sessionsViewAll: true })).toEqual(['Overview', 'Sessions']);
  expect(labels({ ...NOTHING, clientsView: true })).toEqual(['Overview', 'Clients']);
  expect(labels({ ...NOTHING, apiKeysViewAll: true })).toEqual(['Overview', 'API keys']);
  expect(labels({ ...NOTHING, keysView: true })).toEqual(['Overview', 'Signing keys']);
  expect(labels({ ...NOTHING, clientsManageAccess: true })).toEqual(['Overview', 'Permissions']);
  expect(labels({ ...NOTHING, platformManage: true })).toEqual([
    'Overview',
    'Permissions',
    'Registration',
    'Identity providers',
    'Audit trail',
    'Mail outbox',
  ]);
});
