import type { PolicyTestQuery, PolicyTestResultFieldsFragment, PolicyVerdict } from '../gen/graphql';
import type { Mark } from '../shared/marks';
import type { Tone } from '../shared/StatusDot';

export const VERDICTS: readonly PolicyVerdict[] = ['ALLOWED', 'DENIED', 'ERROR'];

export const WORDS: Record<PolicyVerdict, string> = { ALLOWED: 'Allowed', DENIED: 'Denied', ERROR: 'Error' };

export const TONES: Record<PolicyVerdict, Tone> = { ALLOWED: 'good', DENIED: 'bad', ERROR: 'warn' };

export type Trial = PolicyTestQuery['policyTest'];

/** Microseconds as people say them: `82 µs`, `1.3 ms`, `0.25 s`. */
export function took(microseconds: number): string {
  if (microseconds < 1_000) return `${microseconds} µs`;
  if (microseconds < 100_000) return `${trim(microseconds / 1_000, 1)} ms`;
  return `${trim(microseconds / 1_000_000, 2)} s`;
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

export function warningMarks(warnings: Trial['warnings']): Mark[] {
  return warnings.map(({ line, message }) => ({
    line,
    column: null,
    message,
    hint: null,
    isWarning: true,
  }));
}

/** The places of a source that a trial has something to say of; the same problem of several runs counts once. */
export function trialMarks({ result, samples, warnings }: Trial): Mark[] {
  const problems = [result?.problem, ...samples.map((each) => each.result.problem)];
  const found = new Map<string, Mark>();
  for (const problem of problems) {
    if (problem) found.set(`${problem.line} ${problem.message}`, problemMark(problem));
  }
  return [...found.values(), ...warningMarks(warnings)];
}

function problemMark({ line, message }: NonNullable<PolicyTestResultFieldsFragment['problem']>): Mark {
  return { line, column: null, message, hint: null, isWarning: false };
}

/** `2 of 3 samples hold`; null without samples. */
export function samplesText(samples: Trial['samples']): string | null {
  const held = samples.filter(({ holds }) => holds).length;
  if (samples.length === 0) return null;
  if (held === samples.length) return samples.length === 1 ? 'The sample holds' : `All ${held} samples hold`;
  return `${held} of ${samples.length} samples ${held === 1 ? 'holds' : 'hold'}`;
}

/** `2 permissions and 1 tuple`; null when nothing refers to it. */
export function usageText({ permissions, tuples }: { permissions: number; tuples: number }): string | null {
  const parts = [counted(permissions, 'permission'), counted(tuples, 'tuple')].filter(Boolean);
  return parts.length > 0 ? parts.join(' and ') : null;
}

function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What came of a sample that is not as its author expects. */
export function sampleText({ sample, result }: Trial['samples'][number]): string {
  const expected = sample.isAllowed ? 'allowed' : 'denied';
  if (!result.problem) return `Expected ${expected}, is ${WORDS[result.verdict].toLowerCase()}`;
  const { line, message } = result.problem;
  return `Expected ${expected}, failed: ${line === null ? message : `line ${line}: ${message}`}`;
}
