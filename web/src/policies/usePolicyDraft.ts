import { useMemo, useState } from 'react';
import type { PolicyDetailFieldsFragment } from '../gen/graphql';
import { type Draft, draftOf, FIRST_POLICY, isSame, keepDraft, readDraft } from './draft';

/** What is being written of a policy, or of a new one (null); it survives a reload. */
export function usePolicyDraft(scope: string, policy: PolicyDetailFieldsFragment | null) {
  const id = policy?.id ?? 'new';
  const saved = useMemo(() => policy && draftOf(policy), [policy]);
  const [kept, setKept] = useState<Draft | null>(() => readDraft(scope, id));
  const draft = kept ?? saved ?? FIRST_POLICY;

  function keep(next: Draft | null) {
    keepDraft(scope, id, next);
    setKept(next);
  }

  return {
    draft,
    isKept: kept !== null,
    isDirty: saved === null || !isSame(draft, saved),
    isStale: saved !== null && draft.base < saved.base,
    change(changes: Partial<Draft>) {
      const next = { ...draft, ...changes };
      const isBack = saved !== null && next.base === saved.base && isSame(next, saved);
      keep(isBack ? null : next);
    },
    discard: () => keep(null),
  };
}
