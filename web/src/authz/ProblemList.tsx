import { Text, UnstyledButton } from '@mantine/core';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import type { Mark, Place } from '../shared/marks';
import shared from '../shared/shared.module.css';
import classes from './authz.module.css';

interface ProblemListProps {
  problems: readonly Mark[];
  /** What is said of a text without problems, once it was looked at. */
  fine: string;
  isFine: boolean;
  onGo: (place: Place) => void;
}

/** What is wrong with a text; each leads to its place. */
export function ProblemList({ problems, fine, isFine, onGo }: ProblemListProps) {
  return (
    <div role="status" aria-label="Problems">
      {problems.length === 0 && isFine && (
        <Text className={classes.problem} component="div">
          <CircleCheck size={16} className={classes.gained} aria-hidden /> {fine}
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

function ProblemRow({ problem, onGo }: { problem: Mark; onGo: ProblemListProps['onGo'] }) {
  const { line, column, message, hint, isWarning } = problem;
  const Icon = isWarning ? TriangleAlert : CircleX;
  return (
    <UnstyledButton
      className={classes.problem}
      data-tone={isWarning ? 'warning' : 'error'}
      onClick={() => onGo({ line: line ?? 1, column: column ?? 1 })}
    >
      <Icon size={16} aria-label={isWarning ? 'Warning' : 'Error'} />
      <span className={classes.place}>{placeText(line, column)}</span>
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

function placeText(line: number | null, column: number | null): string {
  if (line === null) return '';
  return column === null ? `Line ${line}` : `Line ${line}:${column}`;
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
