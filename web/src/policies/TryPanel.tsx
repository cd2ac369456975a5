import { Button, Group, Kbd, Text, Textarea, Title } from '@mantine/core';
import { Bookmark, Check, type LucideIcon, TriangleAlert, X } from 'lucide-react';
import type { PolicyTestResultFieldsFragment, PolicyVerdict } from '../gen/graphql';
import shared from '../shared/shared.module.css';
import { freeName, nextKey, pretty, type SampleDraft } from './draft';
import { MOD } from './keys';
import classes from './policies.module.css';
import { samplesText, type Trial, took, WORDS } from './verdicts';

export const EXAMPLE_CONTEXT = pretty({
  resource: { type: 'invoice', id: '42', amount: 100, owner: 'usr_ada' },
  user: { id: 'usr_ada', name: 'Ada', email: 'ada@example.com', attributes: { department: 'research' } },
  subject: { type: 'user', id: 'usr_ada' },
  action: 'approve',
  env: { ip: '192.0.2.7', client_id: 'cli_shop', acr: '1', amr: ['pwd'] },
});

const ICONS: Record<PolicyVerdict, LucideIcon> = { ALLOWED: Check, DENIED: X, ERROR: TriangleAlert };

interface TryPanelProps {
  context: string;
  error: string | undefined;
  tried: Trial | null;
  isRunning: boolean;
  samples: readonly SampleDraft[];
  onContext: (context: string) => void;
  onTry: () => void;
  onKeep: (sample: SampleDraft) => void;
}

/** Runs the source with a context and with all samples; nothing of it counts. */
export function TryPanel({ context, error, tried, isRunning, samples, ...on }: TryPanelProps) {
  const verdict = tried?.result?.verdict;
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-label="Try">
      <Group justify="space-between" mb="sm">
        <Title order={3} size="1rem">
          Try it
        </Title>
        <Button size="xs" variant="default" loading={isRunning} onClick={on.onTry}>
          Try
        </Button>
      </Group>
      <Textarea
        label="Context"
        description="What a check would give it; what is left out stays empty"
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        className={classes.code}
        value={context}
        error={error}
        onChange={(event) => on.onContext(event.currentTarget.value)}
      />
      <div role="status" aria-label="Result">
        {tried && <Result result={tried.result} samples={tried.samples} />}
      </div>
      {verdict && verdict !== 'ERROR' && (
        <Button
          mt="sm"
          size="compact-sm"
          variant="default"
          leftSection={<Bookmark size={14} />}
          onClick={() =>
            on.onKeep({
              key: nextKey(samples),
              name: freeName(samples),
              context,
              isAllowed: verdict === 'ALLOWED',
            })
          }
        >
          Keep as a sample
        </Button>
      )}
      {!tried && (
        <Text size="xs" c="dimmed" mt="sm">
          <Kbd size="xs">{MOD}</Kbd> <Kbd size="xs">Enter</Kbd> tries it with this and all samples.
        </Text>
      )}
    </section>
  );
}

function Result({
  result,
  samples,
}: {
  result: PolicyTestResultFieldsFragment | null;
  samples: Trial['samples'];
}) {
  const text = samplesText(samples);
  const isFine = samples.every(({ holds }) => holds);
  return (
    <>
      {result && <Verdict result={result} />}
      {text && (
        <Text size="sm" mt="sm" className={isFine ? classes.holds : classes.fails}>
          {text}.
        </Text>
      )}
    </>
  );
}

function Verdict({ result }: { result: PolicyTestResultFieldsFragment }) {
  const { verdict, problem, durationMicroseconds } = result;
  const Icon = ICONS[verdict];
  return (
    <div className={classes.result} style={{ marginTop: 16 }}>
      <span className={classes.mark} data-verdict={verdict} aria-hidden>
        <Icon size={18} />
      </span>
      <div className={shared.shrink}>
        <Text fw={600}>
          {WORDS[verdict]}{' '}
          <Text span size="sm" c="dimmed" fw={400}>
            in {took(durationMicroseconds)}
          </Text>
        </Text>
        {problem && (
          <Text size="sm" className={shared.mono}>
            {problem.line !== null && `Line ${problem.line}: `}
            {problem.message}
          </Text>
        )}
      </div>
    </div>
  );
}
