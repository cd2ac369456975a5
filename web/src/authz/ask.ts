import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useCallback, useRef, useState } from 'react';
import { type AnyVariables, type CombinedError, useClient } from 'urql';

interface Asked<D> {
  data: D | null;
  error: CombinedError | null;
  isRunning: boolean;
}

const NOTHING = { data: null, error: null, isRunning: false };

/** A query that is asked when somebody wants to know; of several under way the last one counts. */
export function useAsk<D, V extends AnyVariables>(document: TypedDocumentNode<D, V>) {
  const client = useClient();
  const turn = useRef(0);
  const [asked, setAsked] = useState<Asked<D>>(NOTHING);
  const ask = useCallback(
    async (variables: V): Promise<D | null> => {
      turn.current += 1;
      const mine = turn.current;
      setAsked((before) => ({ ...before, isRunning: true }));
      const { data, error } = await client.query(document, variables, { requestPolicy: 'network-only' });
      if (mine !== turn.current) return null;
      setAsked({ data: data ?? null, error: error ?? null, isRunning: false });
      return data ?? null;
    },
    [client, document],
  );
  const clear = useCallback(() => {
    turn.current += 1;
    setAsked(NOTHING);
  }, []);
  return { ...asked, ask, clear };
}
