import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { Lock, RotateCw, TriangleAlert } from 'lucide-react';
import type { CombinedError } from 'urql';
import { problemOf } from './problems';

interface ProblemPanelProps {
  error: CombinedError;
  onRetry?: (() => void) | undefined;
}

/** The error state of anything that is fetched. */
export function ProblemPanel({ error, onRetry }: ProblemPanelProps) {
  const problem = problemOf(error);
  if (problem.code === 'UNAUTHENTICATED') return <Text c="dimmed">Taking you to the sign-in page…</Text>;
  const isForbidden = problem.code === 'FORBIDDEN';
  return (
    <Alert
      color={isForbidden ? 'gray' : 'red'}
      icon={isForbidden ? <Lock size={18} /> : <TriangleAlert size={18} />}
      title={isForbidden ? 'You may not see this' : 'This could not be loaded'}
      role="alert"
    >
      <Text size="sm">{problem.message}</Text>
      <Group mt="sm" gap="sm">
        {onRetry && !isForbidden && (
          <Button size="xs" variant="default" leftSection={<RotateCw size={14} />} onClick={onRetry}>
            Try again
          </Button>
        )}
        {problem.requestId && (
          <Text size="xs" c="dimmed">
            Request <Code>{problem.requestId}</Code>
          </Text>
        )}
      </Group>
    </Alert>
  );
}
