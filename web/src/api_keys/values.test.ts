import { expect, test } from 'vitest';
import { createInput, EMPTY_KEY, words } from './values';

test('words stand between blanks, commas and lines', () => {
  expect(words(' 10.0.0.0/8,  2001:db8::/32\n192.0.2.1 ')).toEqual([
    '10.0.0.0/8',
    '2001:db8::/32',
    '192.0.2.1',
  ]);
  expect(words('  ')).toEqual([]);
});

test('what was left empty is not sent', () => {
  expect(createInput({ ...EMPTY_KEY, name: 'Backup' }, 'k')).toEqual({
    name: 'Backup',
    uses: ['EXCHANGE', 'DIRECT'],
    scopes: [],
    allowedAddresses: [],
    idempotencyKey: 'k',
  });
});

test('what was filled in is sent in the form of the API', () => {
  const values = {
    ...EMPTY_KEY,
    name: 'Backup',
    note: 'Nightly',
    ownerClientId: ' cli_1 ',
    uses: ['EXCHANGE' as const],
    scopes: 'auther:api',
    rateLimitPerMinute: 600,
    expiresAt: '2027-01-31T00:00:00Z',
  };
  expect(createInput(values, 'k')).toMatchObject({
    note: 'Nightly',
    ownerClientId: 'cli_1',
    uses: ['EXCHANGE'],
    scopes: ['auther:api'],
    rateLimitPerMinute: 600,
    expiresAt: '2027-01-31T00:00:00.000Z',
  });
});
