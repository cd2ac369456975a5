import { Code, DataList, SimpleGrid, Stack, Text } from '@mantine/core';
import type { AuditEventDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { absoluteTime } from '../shared/times';
import classes from './audit.module.css';
import { difference, valueText } from './difference';

/** What an event changed and the circumstances it happened in. */
export function AuditDetail({ event }: { event: AuditEventDetailFieldsFragment }) {
  return (
    <div className={classes.detail}>
      <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
        <Changes event={event} />
        <Circumstances event={event} />
      </SimpleGrid>
    </div>
  );
}

function Changes({ event }: { event: AuditEventDetailFieldsFragment }) {
  const changes = difference(event.before, event.after);
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        What changed
      </Text>
      {changes.length === 0 ? (
        <Text size="sm" c="dimmed">
          The event carries no values.
        </Text>
      ) : (
        <table className={classes.changes} aria-label="Changed values">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {changes.map(({ path, before, after }) => (
              <tr key={path}>
                <td className={classes.field}>{path}</td>
                <td className={classes.before}>{valueText(before)}</td>
                <td className={classes.after}>{valueText(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Stack>
  );
}

function Circumstances({ event }: { event: AuditEventDetailFieldsFragment }) {
  const facts: [string, string | null][] = [
    ['Moment', absoluteTime(event.occurredAt)],
    ['Reason', event.reason],
    ['Actor', event.actorId ? `${event.actorType} ${event.actorId}` : event.actorType],
    ['Target', event.targetId && `${event.targetType ?? ''} ${event.targetId}`.trim()],
    ['Through', event.client?.name ?? event.clientId],
    ['Address', event.ip],
    ['User agent', event.userAgent],
  ];
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        Circumstances
      </Text>
      <DataList labelWidth={96} gap={6}>
        {facts.map(
          ([label, value]) =>
            value && (
              <DataList.Item key={label}>
                <DataList.ItemLabel>{label}</DataList.ItemLabel>
                <DataList.ItemValue className={classes.fact}>{value}</DataList.ItemValue>
              </DataList.Item>
            ),
        )}
        {event.requestId && (
          <DataList.Item>
            <DataList.ItemLabel>Request</DataList.ItemLabel>
            <DataList.ItemValue>
              <CopyValue value={event.requestId} label="request id" />
            </DataList.ItemValue>
          </DataList.Item>
        )}
        <DataList.Item>
          <DataList.ItemLabel>Event</DataList.ItemLabel>
          <DataList.ItemValue>
            <Code>{event.id}</Code>
          </DataList.ItemValue>
        </DataList.Item>
      </DataList>
    </Stack>
  );
}
