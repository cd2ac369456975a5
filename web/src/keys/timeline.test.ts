import { expect, test } from 'vitest';
import { timeline } from './timeline';

const key = {
  createdAt: '2026-01-01T00:00:00Z',
  activatesAt: '2026-01-02T00:00:00Z',
  retiresAt: '2026-01-05T00:00:00Z',
  removesAt: '2026-01-11T00:00:00Z',
};

test('a key’s life is split into its phases', () => {
  expect(timeline(key, Date.parse('2026-01-06T00:00:00Z'))).toEqual({
    waiting: 10,
    signing: 30,
    verifying: 60,
    now: 50,
  });
});

test('before and after its life, now stays at the edge', () => {
  expect(timeline(key, 0).now).toBe(0);
  expect(timeline(key, Date.parse('2030-01-01T00:00:00Z')).now).toBe(100);
});
