import { Text } from '@mantine/core';
import shared from '../shared/shared.module.css';
import classes from './policies.module.css';

const FIELDS: readonly [string, string][] = [
  ['context.resource', 'id, type, and every attribute that was sent with the check'],
  [
    'context.user',
    'id, name, email, role and attributes, each attribute also by its own name; nil when it is no user that Auther knows',
  ],
  ['context.subject', 'type and id of who is asked about'],
  ['context.action', 'the permission, such as "approve"'],
  ['context.timestamp', 'now, as "2026-01-31T09:30:00Z"'],
  ['context.env', 'ip, user_agent, client_id, acr and amr of whoever asks'],
];

/** What a policy is given, and what it may do with it. */
export function ContextHelp({ isOpen }: { isOpen: boolean }) {
  return (
    <details className={classes.help} open={isOpen}>
      <summary>What context holds</summary>
      <dl>
        {FIELDS.map(([name, text]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Text size="sm" c="dimmed">
        Exactly <span className={shared.mono}>true</span> allows and anything else denies; an error leaves it
        undecided, which opens nothing either. What was not sent is nil. A run has one second, 50,000 steps
        and 2 MiB, with Lua's string, table and math, and of os only date, time, clock and difftime.
      </Text>
    </details>
  );
}
