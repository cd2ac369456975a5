import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useMemo } from 'react';
import { useAsk } from '../authz/ask';
import { parseObject } from '../authz/names';
import { PolicyTestDocument } from '../gen/graphql';
import type { Mark } from '../shared/marks';
import { type Draft, samplesInput } from './draft';
import { trialMarks } from './verdicts';

const PAUSE_MS = 600;
const NO_MARKS: readonly Mark[] = [];

/** Runs a draft that counts for nothing: when asked to, and, to see whether it is Lua, when typing pauses. */
export function useTrial(scope: string, draft: Draft) {
  const trial = useAsk(PolicyTestDocument);
  const look = useAsk(PolicyTestDocument);
  const { source } = draft;
  const [settled] = useDebouncedValue(source, PAUSE_MS);
  const { ask } = look;
  useEffect(() => {
    ask({ input: { client: scope || null, source: settled } });
  }, [ask, scope, settled]);

  const tried = trial.data?.policyTest ?? null;
  const seen = (settled === source && look.data?.policyTest) || null;
  const marks = useMemo(() => {
    const found = tried ?? seen;
    return found ? trialMarks(found) : NO_MARKS;
  }, [tried, seen]);
  return {
    tried,
    marks,
    error: trial.error ?? look.error,
    isKnown: seen !== null && !look.isRunning,
    isRunning: trial.isRunning,
    clear: trial.clear,
    run: (context: string) =>
      trial.ask({
        input: {
          client: scope || null,
          source,
          context: parseObject(context),
          samples: samplesInput(draft.samples),
        },
      }),
  };
}
