import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { Check, type LucideIcon, Route, ShieldQuestion, X } from 'lucide-react';
import type { CombinedError } from 'urql';
import type { CheckAnswerFieldsFragment, CheckInput, Decision, ExplainQuery } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import classes from './authz.module.css';
import { Missing } from './Missing';
import { withoutScope } from './names';
import { ProofTree } from './ProofTree';
import { buildProof } from './proof';
import { questionText } from './question';
import { useSubjectName } from './subjectName';

const DECISIONS: Record<Decision, { word: string; icon: LucideIcon }> = {
  ALLOWED: { word: 'Allowed', icon: Check },
  DENIED: { word: 'Denied', icon: X },
  UNDECIDED: { word: 'Undecided', icon: ShieldQuestion },
};

const SOURCES: Record<CheckAnswerFieldsFragment['source'], string> = {
  INDEX: 'the index in memory',
  SQL: 'the database',
  BYPASS: 'a bypass: super admin, or full access to the client',
};

interface CheckResultProps {
  scope: string;
  input: CheckInput;
  answer: CheckAnswerFieldsFragment;
  explanation: ExplainQuery['explain'] | null;
  explainError: CombinedError | null;
  isExplaining: boolean;
  onExplain: () => void;
  /** A missing tuple was added. */
  onAdded: () => void;
}

export function CheckResult(props: CheckResultProps) {
  const { scope, explanation, explainError, isExplaining, onExplain, onAdded } = props;
  const proof = explanation && buildProof(explanation.nodes);
  return (
    <Stack gap="lg" miw={0}>
      <Answer {...props} />
      {explainError && <ProblemPanel error={explainError} />}
      {explanation ? (
        <>
          <Missing
            scope={scope}
            keys={explanation.missing}
            conditioned={explanation.missingConditioned}
            onAdded={onAdded}
          />
          {proof && (
            <section className={`${shared.surface} ${shared.card}`} aria-label="Why">
              <ProofTree key={explanation.answer.checkedAt} scope={scope} proof={proof} />
            </section>
          )}
        </>
      ) : (
        <Button
          variant="default"
          w="fit-content"
          leftSection={<Route size={16} />}
          loading={isExplaining}
          onClick={onExplain}
        >
          Explain
        </Button>
      )}
    </Stack>
  );
}

function Answer({ scope, input, answer }: CheckResultProps) {
  const { decision, source, checkedAt, problem } = answer;
  const { word, icon: Icon } = DECISIONS[decision];
  const { who, does, on } = questionText(input, useSubjectName(input.subject ?? null));
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-label="Answer" aria-live="polite">
      <div className={classes.verdict}>
        <span className={classes.verdictMark} data-decision={decision} aria-hidden>
          <Icon size={24} />
        </span>
        <div className={shared.shrink}>
          <Title order={2}>{word}</Title>
          <Text size="sm" component="div">
            <strong>{who}</strong>, <strong>{does}</strong> on <span className={shared.mono}>{on}</span>
          </Text>
        </div>
      </div>
      {problem && (
        <Text size="sm" mt="sm" className={classes.anywhere}>
          {withoutScope(scope, problem.message)}
        </Text>
      )}
      <Group gap="xl" mt="md">
        <Fact label="Answered by">{SOURCES[source]}</Fact>
        <Fact label="As of">
          <CopyValue value={checkedAt} label="consistency token" />
        </Fact>
      </Group>
    </section>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </div>
  );
}
