import { Skeleton } from '@mantine/core';
import { ShieldQuestion } from 'lucide-react';
import { useState } from 'react';
import { CheckDocument, type CheckInput, ExplainDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { ProblemPanel } from '../shared/ProblemPanel';
import shared from '../shared/shared.module.css';
import { useAsk } from './ask';
import classes from './authz.module.css';
import { CheckForm } from './CheckForm';
import { CheckResult } from './CheckResult';
import { questionSearch } from './question';
import { type ScopeProps, useScopeTypes } from './scope';

/** An operator wants to see what they have just written. */
const NEWEST = { mode: 'FULLY_CONSISTENT' } as const;

export function CheckPanel({ scope, search, move }: ScopeProps) {
  const { types, fullName, isLoading } = useScopeTypes(scope);
  const [input, setInput] = useState<CheckInput | null>(null);
  const check = useAsk(CheckDocument);
  const explain = useAsk(ExplainDocument);

  async function ask(asked: CheckInput) {
    explain.clear();
    await check.ask({ input: asked, consistency: NEWEST });
    setInput(asked);
  }

  async function askAgain(asked: CheckInput) {
    await check.ask({ input: asked, consistency: NEWEST });
    await explain.ask({ input: asked, consistency: NEWEST });
  }

  if (isLoading && types.length === 0) return <Skeleton h={320} />;
  return (
    <div className={classes.check}>
      <CheckForm
        types={types}
        fullName={fullName}
        search={search}
        isRunning={check.isRunning}
        onAsk={(asked, question) => {
          move({ ...search, ...questionSearch(question) }, true);
          ask(asked);
        }}
      />
      {check.error ? (
        <ProblemPanel error={check.error} />
      ) : check.data && input ? (
        <CheckResult
          scope={scope}
          input={input}
          answer={check.data.check}
          explanation={explain.data?.explain ?? null}
          explainError={explain.error}
          isExplaining={explain.isRunning}
          onExplain={() => explain.ask({ input, consistency: NEWEST })}
          onAdded={() => askAgain(input)}
        />
      ) : (
        <div className={shared.surface}>
          <Empty icon={ShieldQuestion} title="Ask a question">
            May somebody do something? The answer comes with its reasons, and for a no with what is missing.
          </Empty>
        </div>
      )}
    </div>
  );
}
