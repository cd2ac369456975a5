import { expect, test } from 'vitest';
import { markedRange } from './marks';

test('a problem marks the word at its column, within its line', () => {
  const line = { from: 100, text: '  define a: veiwer' };

  expect(markedRange(line, 13)).toEqual([112, 118]);
  expect(markedRange(line, 11)).toEqual([110, 111]);
  expect(markedRange(line, 99)).toEqual([118, 118]);
  expect(markedRange(line, null)).toEqual([100, 118]);
});
