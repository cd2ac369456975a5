import { expect, test } from 'vitest';
import { samplesText, sampleText, type Trial, took, trialMarks, usageText } from './verdicts';

type Result = NonNullable<Trial['result']>;

const PROBLEM = { code: 'policies_failed', message: 'attempt to index a nil value', line: 3 };
const FAILED: Result = { verdict: 'ERROR', problem: PROBLEM, durationMicroseconds: 40 };
const DENIED: Result = { verdict: 'DENIED', problem: null, durationMicroseconds: 40 };

function sampleOf(result: Result, isAllowed = true): Trial['samples'][number] {
  const holds = result.verdict === (isAllowed ? 'ALLOWED' : 'DENIED');
  return { sample: { name: 'one', context: {}, isAllowed }, result, holds };
}

test('durations are said in the unit that suits them', () => {
  expect([82, 1_340, 99_900, 250_000, 1_000_000].map(took)).toEqual([
    '82 µs',
    '1.3 ms',
    '99.9 ms',
    '0.25 s',
    '1 s',
  ]);
});

test('a problem of several runs is marked once, warnings after it', () => {
  const marks = trialMarks({
    result: FAILED,
    warnings: [{ line: 5, message: 'amuont is nowhere set' }],
    samples: [sampleOf(FAILED), sampleOf(DENIED)],
  });

  expect(marks.map(({ line, message, isWarning }) => [line, message, isWarning])).toEqual([
    [3, 'attempt to index a nil value', false],
    [5, 'amuont is nowhere set', true],
  ]);
});

test('how many samples hold', () => {
  const good = sampleOf(DENIED, false);
  const bad = sampleOf(DENIED);

  expect(samplesText([])).toBeNull();
  expect(samplesText([good])).toBe('The sample holds');
  expect(samplesText([good, good])).toBe('All 2 samples hold');
  expect(samplesText([good, bad])).toBe('1 of 2 samples holds');
  expect(samplesText([bad, bad])).toBe('0 of 2 samples hold');
});

test('a sample that does not hold says what came instead', () => {
  expect(sampleText(sampleOf(DENIED))).toBe('Expected allowed, is denied');
  expect(sampleText(sampleOf(FAILED, false))).toBe(
    'Expected denied, failed: line 3: attempt to index a nil value',
  );
});

test('what asks a policy is counted', () => {
  expect(usageText({ permissions: 2, tuples: 1 })).toBe('2 permissions and 1 tuple');
  expect(usageText({ permissions: 0, tuples: 3 })).toBe('3 tuples');
  expect(usageText({ permissions: 0, tuples: 0 })).toBeNull();
});
