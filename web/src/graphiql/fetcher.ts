import type { GraphiQLProps } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-sse';
import { caller, callerHeaders, readCost, spent } from './caller';

type Values = Record<string, unknown>;
type Parameters = { query: string; operationName?: string | null; variables?: Values };

/** Sends what GraphiQL runs to this server. A subscription is an event stream, which takes headers as any request does. */
export const fetcher: GraphiQLProps['fetcher'] = (params, options) => {
  const headers = requestHeaders(options?.headers);
  return isSubscription(params) ? follow(params, headers) : ask(params, headers);
};

async function ask(params: Parameters, headers: Record<string, string>) {
  const started = performance.now();
  const response = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      ...headers,
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json',
    },
    body: JSON.stringify(params),
  });
  const result = await response.json();
  note(result, performance.now() - started);
  return result;
}

async function* follow(params: Parameters, headers: Record<string, string>) {
  const client = createClient({ url: '/graphql', credentials: 'same-origin', headers, retryAttempts: 3 });
  let started = performance.now();
  try {
    const request = { ...params, operationName: params.operationName ?? undefined };
    for await (const result of client.iterate<Values, Values>(request)) {
      note(result, performance.now() - started);
      yield result;
      started = performance.now();
    }
  } finally {
    client.dispose();
  }
}

function note(result: unknown, milliseconds: number) {
  const cost = readCost(result);
  spent.set(cost && { ...cost, milliseconds: Math.round(milliseconds) });
}

function isSubscription({ query, operationName }: Parameters): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription';
  } catch {
    return false;
  }
}

/** What stands in GraphiQL's own headers pane goes before the choice in the banner. */
function requestHeaders(typed: Values | undefined): Record<string, string> {
  const texts = Object.entries(typed ?? {}).map(([name, value]) => [name, String(value)]);
  return { ...callerHeaders(caller.get()), 'X-Auther-CSRF': '1', ...Object.fromEntries(texts) };
}
