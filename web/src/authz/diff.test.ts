import { expect, test } from 'vitest';
import { diffLines, diffSize } from './diff';

const DIFF = `--- before
+++ after
@@ -7,3 +7,3 @@
 type a
-old
+new
 end
@@ -20,1 +20,2 @@
 x
+y`;

test('lines carry their numbers on both sides, and hunks a gap between them', () => {
  const lines = diffLines(DIFF);

  expect(lines.map(({ kind, before, after, text }) => [kind, before, after, text])).toEqual([
    ['same', 7, 7, 'type a'],
    ['removed', 8, null, 'old'],
    ['added', null, 8, 'new'],
    ['same', 9, 9, 'end'],
    ['gap', null, null, '⋯'],
    ['same', 20, 20, 'x'],
    ['added', null, 21, 'y'],
  ]);
  expect(diffSize(lines)).toEqual({ added: 2, removed: 1 });
});

test('no difference, no lines', () => {
  expect(diffLines('')).toEqual([]);
});
