import type { Decision, ExplainQuery } from '../gen/graphql';

export type ProofNode = ExplainQuery['explain']['nodes'][number];

/** A step of a proof as it is drawn. */
export interface Proof {
  id: string;
  kind: ProofNode['kind'];
  decision: Decision;
  label: string;
  /** How the steps below count, such as "one of". */
  note: string | null;
  tuple: ProofNode['tuple'];
  problem: string | null;
  /** Of a policy that was asked: which version, and how long it took in microseconds. */
  run: { version: number; microseconds: number } | null;
  /** What the policy saw, part by part. */
  seen: readonly Seen[];
  steps: Proof[];
}

/** A part of a policy's context as text: `resource`, `{"amount": 100}`. */
export interface Seen {
  id: string;
  name: string;
  text: string;
}

const OPERATIONS: Partial<Record<ProofNode['kind'], string>> = {
  UNION: 'one of',
  INTERSECTION: 'all of',
  EXCLUSION: 'the first without the second',
};

/** The tree of a flat list, without the steps that say nothing new; null for an empty list. */
export function buildProof(nodes: readonly ProofNode[]): Proof | null {
  const all = nodes.map(
    ({ id, kind, decision, label, tuple, problem, version, durationMicroseconds, inputs }): Proof => ({
      id: String(id),
      kind,
      decision,
      label,
      note: OPERATIONS[kind] ?? null,
      tuple,
      problem,
      run: version === null ? null : { version, microseconds: durationMicroseconds ?? 0 },
      seen: seenBy(String(id), inputs),
      steps: [],
    }),
  );
  for (const node of nodes) {
    const step = all[node.id];
    if (step && node.parentId !== null) all[node.parentId]?.steps.push(step);
  }
  return all[0] ? condense(all[0]) : null;
}

function seenBy(id: string, inputs: unknown): Seen[] {
  if (typeof inputs !== 'object' || inputs === null) return [];
  return Object.entries(inputs).map(([name, value]) => ({
    id: `${id}.${name}`,
    name,
    text: JSON.stringify(value),
  }));
}

/** Draws a relation and what it is made of as one, and a tuple and the userset it names as one. */
function condense(proof: Proof): Proof {
  const steps = proof.steps.map(condense);
  const [only] = steps;
  if (proof.kind === 'COMPUTED' && only && steps.length === 1) return only;
  if (proof.kind === 'RELATION' && only && steps.length === 1) {
    if (only.kind in OPERATIONS) return { ...proof, note: only.note, steps: only.steps };
    if (only.kind === 'DIRECT') return { ...proof, note: only.label, steps: only.steps };
  }
  if (proof.kind === 'TUPLE' && proof.tuple?.subject.relation) {
    const unfolded = steps.flatMap((step) => (step.kind === 'RELATION' ? step.steps : [step]));
    return { ...proof, steps: decisiveFirst(unfolded) };
  }
  return {
    ...proof,
    steps: proof.kind === 'UNION' || proof.kind === 'DIRECT' ? decisiveFirst(steps) : steps,
  };
}

const RANKS: Record<Decision, number> = { ALLOWED: 0, UNDECIDED: 1, DENIED: 2 };

function decisiveFirst(steps: readonly Proof[]): Proof[] {
  return steps.toSorted((a, b) => RANKS[a.decision] - RANKS[b.decision]);
}

const OPEN_DEPTH = 3;

/** The steps that stand open at first: those that led to the answer; of a no only the nearest. */
export function openSteps(root: Proof): string[] {
  const open: string[] = [];
  function visit(proof: Proof, depth: number) {
    const isOpen = root.decision === 'DENIED' ? depth < OPEN_DEPTH : proof.decision === root.decision;
    if (proof.steps.length === 0 || !isOpen) return;
    open.push(proof.id);
    for (const step of proof.steps) visit(step, depth + 1);
  }
  visit(root, 0);
  return open;
}

/** Everything that can be opened. */
export function allSteps(proof: Proof): string[] {
  return proof.steps.length + proof.seen.length === 0 ? [] : [proof.id, ...proof.steps.flatMap(allSteps)];
}
