import { Text, UnstyledButton } from '@mantine/core';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { ModelProblemFieldsFragment } from '../gen/graphql';
import shared from '../shared/shared.module.css';
import classes from './authz.module.css';
import type { Place } from './CodeEditor';

interface ProblemListProps {
  problems: readonly ModelProblemFieldsFragment[];
  /** The text was looked at: without problems it says so. */
  isFine: boolean;
  onGo: (place: Place) => void;
}

/** What is wrong with a model; each leads to its place. */
export function ProblemList({ problems, isFine, onGo }: ProblemListProps) {
  return (
    <div role="status" aria-label="Problems">
      {problems.length === 0 && isFine && (
        <Text className={classes.problem} component="div">
          <CircleCheck size={16} className={classes.gained} aria-hidden /> The model is well-formed.
        </Text>
      )}
      {problems.map((problem) => (
        <ProblemRow
          key={`${problem.line}:${problem.column}:${problem.message}`}
          problem={problem}
          onGo={onGo}
        />
      ))}
    </div>
  );
}

function ProblemRow({
  problem,
  onGo,
}: {
  problem: ModelProblemFieldsFragment;
  onGo: ProblemListProps['onGo'];
}) {
  const { line, column, message, hint, isWarning } = problem;
  const Icon = isWarning ? TriangleAlert : CircleX;
  return (
    <UnstyledButton
      className={classes.problem}
      data-tone={isWarning ? 'warning' : 'error'}
      onClick={() => onGo({ line: line ?? 1, column: column ?? 1 })}
    >
      <Icon size={16} aria-label={isWarning ? 'Warning' : 'Error'} />
      <span className={classes.place}>{line === null ? '' : `Line ${line}:${column ?? 1}`}</span>
      <span>
        <Ticked text={message} />{' '}
        {hint && (
          <Text span inherit c="dimmed">
            <Ticked text={hint} />
          </Text>
        )}
      </span>
    </UnstyledButton>
  );
}

/** What stands between backticks in type of fixed width. */
function Ticked({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name, and never move
      <span key={index} className={shared.mono}>
        {part}
      </span>
    ) : (
      part
    ),
  );
}
