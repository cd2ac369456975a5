import {
  Button,
  Group,
  getTreeExpandedState,
  Text,
  Title,
  Tree,
  type TreeNodeData,
  useTree,
  VisuallyHidden,
} from '@mantine/core';
import { ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import type { Decision } from '../gen/graphql';
import { took } from '../policies/verdicts';
import classes from './authz.module.css';
import { withoutScope } from './names';
import { tupleText } from './parts';
import { allSteps, openSteps, type Proof, type Seen } from './proof';

const MARKS: Record<Decision, { mark: string; word: string }> = {
  ALLOWED: { mark: '✓', word: 'yes' },
  DENIED: { mark: '✗', word: 'no' },
  UNDECIDED: { mark: '?', word: 'undecided' },
};

/** Why: each step above those that it rests on. Arrow keys move and fold. */
export function ProofTree({ scope, proof }: { scope: string; proof: Proof }) {
  const data = useMemo(() => [toNode(proof)], [proof]);
  const steps = useMemo(() => new Map(flatten(proof).map((step) => [step.id, step])), [proof]);
  const seen = useMemo(
    () => new Map(flatten(proof).flatMap((step) => step.seen.map((each) => [each.id, each]))),
    [proof],
  );
  const tree = useTree({ initialExpandedState: getTreeExpandedState(data, openSteps(proof)) });
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={2}>Why</Title>
        <Group gap={4}>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => tree.setExpandedState(getTreeExpandedState(data, allSteps(proof)))}
          >
            Unfold all
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => tree.setExpandedState(getTreeExpandedState(data, openSteps(proof)))}
          >
            What decided
          </Button>
        </Group>
      </Group>
      <Tree
        className={classes.tree}
        aria-label="Proof"
        data={data}
        tree={tree}
        levelOffset={15}
        selectOnClick={false}
        renderNode={({ node, expanded, hasChildren, elementProps }) => {
          const step = steps.get(node.value);
          const part = seen.get(node.value);
          return (
            <div {...elementProps}>
              {step && <Step scope={scope} step={step} isOpen={expanded} isFolding={hasChildren} />}
              {part && <SeenPart scope={scope} part={part} />}
            </div>
          );
        }}
      />
    </>
  );
}

function toNode(proof: Proof): TreeNodeData {
  const node = { value: proof.id, label: proof.label };
  const children = [
    ...proof.seen.map(({ id, name }) => ({ value: id, label: name })),
    ...proof.steps.map(toNode),
  ];
  return children.length > 0 ? { ...node, children } : node;
}

function flatten(proof: Proof): Proof[] {
  return [proof, ...proof.steps.flatMap(flatten)];
}

interface StepProps {
  scope: string;
  step: Proof;
  isOpen: boolean;
  isFolding: boolean;
}

function Step({ scope, step, isOpen, isFolding }: StepProps) {
  const { mark, word } = MARKS[step.decision];
  return (
    <div className={classes.step} data-decision={step.decision} data-folding={isFolding || undefined}>
      {isFolding ? (
        <ChevronRight size={16} className={classes.chevron} data-open={isOpen || undefined} aria-hidden />
      ) : (
        <span className={classes.chevron} />
      )}
      <span className={classes.mark} data-decision={step.decision} aria-hidden>
        {mark}
      </span>
      <VisuallyHidden>{word}:</VisuallyHidden>
      <span className={classes.stepText}>
        {step.tuple ? tupleText(scope, step.tuple) : withoutScope(scope, step.label)}
      </span>
      <Note scope={scope} step={step} />
    </div>
  );
}

function SeenPart({ scope, part }: { scope: string; part: Seen }) {
  return (
    <div className={classes.step}>
      <span className={classes.chevron} />
      <Text span size="xs" c="dimmed">
        {part.name}
      </Text>
      <span className={classes.stepText}>{withoutScope(scope, part.text)}</span>
    </div>
  );
}

const KINDS: Partial<Record<Proof['kind'], string>> = {
  BYPASS: 'gives everything',
  DIRECT: 'named by a tuple',
  TUPLE: 'tuple',
  CONDITION: 'condition',
  POLICY: 'policy',
  REPEATED: 'stands above already',
  CUT: 'the rest is left out',
};

function Note({ scope, step }: { scope: string; step: Proof }) {
  const { run } = step;
  const notes = [
    KINDS[step.kind],
    step.note && withoutScope(scope, step.note),
    run && `version ${run.version}, ${took(run.microseconds)}`,
    step.problem,
  ].filter(Boolean);
  return (
    notes.length > 0 && (
      <Text span size="xs" c="dimmed">
        {notes.join(' · ')}
      </Text>
    )
  );
}
