import { expect, test } from 'vitest';
import { auditSearch, auditVariables, isNarrowed } from './search';

test('days become moments of local time, the last day inclusive', () => {
  const { filter } = auditVariables(auditSearch({ from: '2026-11-01', to: '2026-11-02' }));

  expect(filter).toEqual({
    after: new Date('2026-11-01T00:00:00').toISOString(),
    before: new Date('2026-11-02T23:59:59.999').toISOString(),
  });
});

test('ids and outcome become the filter; wrong days and outcomes are dropped', () => {
  const search = auditSearch({ actor: 'usr_1', outcome: 'DENIED', from: 'yesterday', to: '2026-99-99' });

  expect(auditVariables(search)).toEqual({ first: 25, filter: { actorId: 'usr_1', outcome: 'DENIED' } });
  expect(auditSearch({ outcome: 'MAYBE' }).outcome).toBeUndefined();
});

test('an open event or a cursor does not narrow the list', () => {
  expect(isNarrowed(auditSearch({ event: 'evt_1', after: 'c' }))).toBe(false);
  expect(isNarrowed(auditSearch({ request: 'req_1' }))).toBe(true);
});
