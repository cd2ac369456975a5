import type { GraphiQLProps } from 'graphiql';

/** Sends what GraphiQL runs to this server, as the person signed in unless Authorization says otherwise. */
export const fetcher: GraphiQLProps['fetcher'] = async (params, options) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      ...headerTexts(options?.headers),
      'Content-Type': 'application/json',
      Accept: 'application/graphql-response+json, application/json',
      'X-Auther-CSRF': '1',
    },
    body: JSON.stringify(params),
  });
  return response.json();
};

function headerTexts(headers: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}
