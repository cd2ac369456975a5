import { parseObject } from '../authz/names';
import type { PolicyDetailFieldsFragment, PolicySampleInput, PolicySaveInput } from '../gen/graphql';

/** A sample that is being written: its context is a text until it is sent. */
export interface SampleDraft {
  /** Tells samples apart while their names change. */
  key: number;
  name: string;
  context: string;
  isAllowed: boolean;
}

/** A policy that is being written, and the version it began from (0: there was none). */
export interface Draft {
  name: string;
  description: string;
  source: string;
  samples: readonly SampleDraft[];
  base: number;
}

export type DraftErrors = Record<string, string>;

const NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const MAX_SOURCE_BYTES = 10_240;

export const FIRST_POLICY: Draft = {
  name: '',
  description: '',
  source: `-- Exactly true allows; everything else denies.
local amount = context.resource.amount

if type(amount) ~= "number" then
  return false
end

return amount <= 1000 and context.resource.owner == context.subject.id
`,
  samples: [
    sample(0, "a small amount of one's own", { amount: 100, owner: 'usr_ada' }, true),
    sample(1, 'too much', { amount: 5000, owner: 'usr_ada' }, false),
    sample(2, "somebody else's", { amount: 100, owner: 'usr_alan' }, false),
  ],
  base: 0,
};

function sample(key: number, name: string, resource: object, isAllowed: boolean): SampleDraft {
  return {
    key,
    name,
    context: pretty({ resource, subject: { type: 'user', id: 'usr_ada' } }),
    isAllowed,
  };
}

/** JSON as people read it. */
export function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export function draftOf(policy: PolicyDetailFieldsFragment): Draft {
  return {
    name: policy.name,
    description: policy.description ?? '',
    source: policy.source,
    samples: policy.samples.map(({ name, context, isAllowed }, key) => ({
      key,
      name,
      context: pretty(context),
      isAllowed,
    })),
    base: policy.version,
  };
}

/** Whether two drafts would save the same; how a context is laid out does not count. */
export function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(essence(one)) === JSON.stringify(essence(other));
}

function essence({ description, source, samples }: Draft) {
  return [
    description.trim(),
    source,
    samples.map(({ name, context, isAllowed }) => [name, parseObject(context) ?? context, isAllowed]),
  ];
}

export function nextKey(samples: readonly SampleDraft[]): number {
  return Math.max(-1, ...samples.map(({ key }) => key)) + 1;
}

/** `sample 3`, or the next number that no sample has. */
export function freeName(samples: readonly SampleDraft[]): string {
  const names = new Set(samples.map(({ name }) => name));
  let number = samples.length + 1;
  while (names.has(`sample ${number}`)) number += 1;
  return `sample ${number}`;
}

export function samplesInput(samples: readonly SampleDraft[]): PolicySampleInput[] {
  return samples.map(({ name, context, isAllowed }) => ({
    name: name.trim(),
    context: parseObject(context) ?? {},
    isAllowed,
  }));
}

export function saveInput(scope: string, draft: Draft): Omit<PolicySaveInput, 'note'> {
  return {
    client: scope || null,
    name: draft.name.trim(),
    description: draft.description.trim() || null,
    source: draft.source,
    samples: samplesInput(draft.samples),
    expectedVersion: draft.base,
  };
}

/** What can be seen to be wrong before the server is asked, by the paths of its input. */
export function draftErrors(draft: Draft): DraftErrors {
  const errors: DraftErrors = {};
  if (!NAME.test(draft.name.trim()))
    errors.name = 'Begin with a small letter; up to 63 small letters, digits, _ and - follow.';
  if (draft.source.trim() === '') errors.source = 'A policy says something: write at least return true.';
  if (new TextEncoder().encode(draft.source).length > MAX_SOURCE_BYTES)
    errors.source = 'The source has more than 10 KB.';
  return { ...errors, ...sampleErrors(draft.samples) };
}

export function sampleErrors(samples: readonly SampleDraft[]): DraftErrors {
  const errors: DraftErrors = {};
  const seen = new Set<string>();
  for (const [index, { name, context }] of samples.entries()) {
    if (name.trim() === '') errors[`samples.${index}.name`] = 'A sample has a name.';
    else if (seen.has(name.trim())) errors[`samples.${index}.name`] = 'Another sample has this name.';
    seen.add(name.trim());
    if (!parseObject(context)) errors[`samples.${index}.context`] = CONTEXT_ERROR;
  }
  return errors;
}

export const CONTEXT_ERROR = 'This must be a JSON object, such as {"resource": {"amount": 100}}.';

/** The paths of an input that the form has a place for. */
export function draftPaths(draft: Draft): string[] {
  const samples = draft.samples.flatMap((_, index) => [
    `samples.${index}`,
    `samples.${index}.name`,
    `samples.${index}.context`,
  ]);
  return ['name', 'description', 'source', 'samples', ...samples];
}

const storageKey = (scope: string, id: string) => `auther:policy:${scope}:${id}`;

/** Kept for the life of the browser's tab, so that a look at the evaluations or a reload loses nothing. */
export function readDraft(scope: string, id: string): Draft | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey(scope, id)) ?? 'null');
    return isDraft(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepDraft(scope: string, id: string, draft: Draft | null) {
  try {
    if (draft) sessionStorage.setItem(storageKey(scope, id), JSON.stringify(draft));
    else sessionStorage.removeItem(storageKey(scope, id));
  } catch {
    // Without storage a draft lasts as long as its page.
  }
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Draft> | null;
  const texts = [draft?.name, draft?.description, draft?.source];
  const isWhole = texts.every((text) => typeof text === 'string') && typeof draft?.base === 'number';
  return isWhole && Array.isArray(draft?.samples) && draft.samples.every(isSample);
}

function isSample(value: unknown): value is SampleDraft {
  const sample = value as Partial<SampleDraft> | null;
  const texts = [sample?.name, sample?.context];
  const isWhole = texts.every((text) => typeof text === 'string') && typeof sample?.key === 'number';
  return isWhole && typeof sample?.isAllowed === 'boolean';
}
