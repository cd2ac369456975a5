import { expect, test } from 'vitest';
import { allSteps, buildProof, openSteps, type Proof, type ProofNode } from './proof';

type Kind = ProofNode['kind'];

function nodes(...rows: [number | null, Kind, ProofNode['decision'], string][]): ProofNode[] {
  return rows.map(([parentId, kind, decision, label], id) => ({
    id,
    parentId,
    depth: 0,
    kind,
    decision,
    label,
    problem: null,
    policy: null,
    version: null,
    durationMicroseconds: null,
    inputs: null,
    tuple:
      kind === 'TUPLE'
        ? {
            text: label,
            entity: { type: 'document', id: '1', node: null },
            relation: 'viewer',
            subject: { type: 'team', id: 'a', relation: 'member', node: null },
          }
        : null,
  }));
}

function outline(proof: Proof | null): unknown {
  return proof && [proof.label, ...proof.steps.map(outline)];
}

const ALLOWED = nodes(
  [null, 'PERMISSION', 'ALLOWED', 'read needs viewer'],
  [0, 'RELATION', 'ALLOWED', 'document:1#viewer'],
  [1, 'UNION', 'ALLOWED', 'union'],
  [2, 'COMPUTED', 'DENIED', 'editor'],
  [3, 'RELATION', 'DENIED', 'document:1#editor'],
  [4, 'DIRECT', 'DENIED', '[user]'],
  [2, 'DIRECT', 'ALLOWED', '[user, team#member]'],
  [6, 'TUPLE', 'ALLOWED', 'the tuple'],
  [7, 'RELATION', 'ALLOWED', 'team:a#member'],
  [8, 'DIRECT', 'ALLOWED', '[user]'],
  [9, 'TUPLE', 'ALLOWED', 'the member'],
);

test('steps that say nothing new are drawn with their neighbours, the decisive ones first', () => {
  const proof = buildProof(ALLOWED);

  expect(outline(proof)).toEqual([
    'read needs viewer',
    ['document:1#viewer', ['[user, team#member]', ['the tuple', ['the member']]], ['document:1#editor']],
  ]);
  expect(proof?.steps[0]?.note).toBe('one of');
  expect(proof?.steps[0]?.steps[1]?.note).toBe('[user]');
});

test('what led to a yes stands open, the rest is folded', () => {
  const proof = buildProof(ALLOWED);

  expect(proof && openSteps(proof)).toEqual(['0', '1', '6', '7']);
  expect(proof && allSteps(proof)).toEqual(['0', '1', '6', '7']);
});

test('what is undecided stands open down to its condition', () => {
  const proof = buildProof(
    nodes(
      [null, 'PERMISSION', 'UNDECIDED', 'a'],
      [0, 'ARROW', 'DENIED', 'b'],
      [1, 'ARROW', 'DENIED', 'c'],
      [0, 'ARROW', 'UNDECIDED', 'd'],
      [3, 'CONDITION', 'UNDECIDED', 'hours'],
    ),
  );

  expect(proof && openSteps(proof)).toEqual(['0', '3']);
});

test('of a no the nearest steps stand open', () => {
  const chain = nodes(
    [null, 'PERMISSION', 'DENIED', 'a'],
    [0, 'RELATION', 'DENIED', 'b'],
    [1, 'ARROW', 'DENIED', 'c'],
    [2, 'ARROW', 'DENIED', 'd'],
    [3, 'ARROW', 'DENIED', 'e'],
  );
  const proof = buildProof(chain);

  expect(proof && openSteps(proof)).toEqual(['0', '1', '2']);
  expect(proof && allSteps(proof)).toEqual(['0', '1', '2', '3']);
});

test('a policy folds what it saw, part by part', () => {
  const [root, policy] = nodes(
    [null, 'PERMISSION', 'ALLOWED', 'approve needs manager'],
    [0, 'POLICY', 'ALLOWED', 'small-amounts'],
  );
  const inputs = { resource: { amount: 100 }, user: null };
  const proof =
    root && policy ? buildProof([root, { ...policy, version: 3, durationMicroseconds: 82, inputs }]) : null;
  const step = proof?.steps[0];

  expect(step?.run).toEqual({ version: 3, microseconds: 82 });
  expect(step?.seen).toEqual([
    { id: '1.resource', name: 'resource', text: '{"amount":100}' },
    { id: '1.user', name: 'user', text: 'null' },
  ]);
  expect(proof && openSteps(proof)).toEqual(['0']);
  expect(proof && allSteps(proof)).toEqual(['0', '1']);
});

test('no nodes, no proof', () => {
  expect(buildProof([])).toBeNull();
});
