import { Client, fetchExchange, mapExchange } from 'urql';
import { cache } from './cache';
import { codeOf } from './problems';

const HEADERS = {
  'X-Auther-CSRF': '1',
  Accept: 'application/graphql-response+json, application/json',
};

function goToSignIn() {
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/signin?next=${encodeURIComponent(here)}`);
}

export function createApi(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: { headers: HEADERS, credentials: 'same-origin' },
    exchanges: [
      mapExchange({
        onResult(result) {
          if (result.error && codeOf(result.error) === 'UNAUTHENTICATED') goToSignIn();
        },
      }),
      cache(),
      fetchExchange,
    ],
  });
}
