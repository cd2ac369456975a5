import { expect, test } from 'vitest';
import { factorRows } from './factors';

test('who has no factor has no rows, recovery codes included', () => {
  expect(factorRows({ isProtected: false, recoveryCodesLeft: 0, totp: null, passkeys: [] })).toEqual([]);
});

test('app, passkeys and recovery codes are a row each', () => {
  const passkey = {
    id: 'pky_1',
    name: 'Laptop',
    aaguid: null,
    isBackupEligible: true,
    isBackedUp: true,
    createdAt: '2026-01-01T00:00:00Z',
    lastUsedAt: null,
  };
  const totp = { createdAt: '2026-01-02T00:00:00Z', lastUsedAt: '2026-01-03T00:00:00Z' };

  const rows = factorRows({ isProtected: true, recoveryCodesLeft: 9, totp, passkeys: [passkey] } as never);

  expect(rows.map((row) => [row.key, row.label, row.note])).toEqual([
    ['app', 'Authenticator app', null],
    ['pky_1', 'Passkey: Laptop', ', backed up'],
    ['codes', 'Recovery codes', '9 of them are left'],
  ]);
});
