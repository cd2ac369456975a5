import { expect, test } from 'vitest';
import { grantedRows } from './granted';

test('whole types come first; what asks for a live check is told', () => {
  const rows = grantedRows(
    { 'cli_1:document:b': ['edit', 'read'], 'cli_1:folder': ['list'], 'cli_1:document:a': ['read'] },
    { 'cli_1:document:b': ['edit'] },
  );

  expect(rows.map(({ text, isEvery }) => [text, isEvery])).toEqual([
    ['folder', true],
    ['document:a', false],
    ['document:b', false],
  ]);
  expect(rows[2]?.actions).toEqual([
    { name: 'edit', needsCheck: true },
    { name: 'read', needsCheck: false },
  ]);
  expect(grantedRows({}, {})).toEqual([]);
});
