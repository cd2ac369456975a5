// Follows the audit trail with graphql-ws or graphql-sse: one line for each delivery, and how it ended.
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';

const [way, url, cookie, action] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const csrf = { 'x-auther-csrf': '1' };

class SignedInWebSocket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { headers: { cookie, origin: url } });
  }
}

const client =
  way === 'ws'
    ? createWsClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: SignedInWebSocket,
        connectionParams: csrf,
        retryAttempts: 0,
        on: { closed: ({ code }) => say({ closed: code }) },
      })
    : createSseClient({ url: `${url}/graphql`, headers: { ...csrf, cookie }, retryAttempts: 0 });

client.subscribe(
  {
    query: 'subscription ($filter: AuditEventFilter) { auditEvents(filter: $filter) { cursor node { action targetId } } }',
    variables: { filter: { action } },
  },
  {
    next: (result) => say(result.errors ? { refused: result.errors[0].extensions.reason } : result.data.auditEvents),
    error: (error) => say({ error: String(error?.message ?? error?.reason ?? error) }),
    complete: () => say({ complete: true }),
  },
);
