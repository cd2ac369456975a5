import { useSyncExternalStore } from 'react';

/** As whom GraphiQL calls: whoever is signed in, or the holder of a key or token. Kept in memory only. */
export interface Caller {
  kind: 'session' | 'token';
  secret: string;
}

/** What the last answer cost, as the server counted it. */
export interface Spent {
  cost: number;
  remaining: number | null;
  milliseconds: number;
}

interface Cell<T> {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

function cell<T>(first: T): Cell<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const caller = cell<Caller>({ kind: 'session', secret: '' });
export const spent = cell<Spent | null>(null);

export function useCell<T>(from: Cell<T>): T {
  return useSyncExternalStore(from.subscribe, from.get);
}

/** The headers that say who calls. A key and an access token go the same way. */
export function callerHeaders({ kind, secret }: Caller): Record<string, string> {
  return kind === 'token' && secret.trim() ? { Authorization: `Bearer ${secret.trim()}` } : {};
}

/** The cost in a response; null when there is none. `remaining` is null where there is no budget. */
export function readCost(result: unknown): Pick<Spent, 'cost' | 'remaining'> | null {
  const cost = (result as { extensions?: { cost?: unknown } } | null)?.extensions?.cost ?? {};
  const { requested, remaining } = cost as { requested?: unknown; remaining?: unknown };
  if (typeof requested !== 'number') return null;
  return { cost: requested, remaining: typeof remaining === 'number' ? remaining : null };
}
