import { Anchor, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Actor, Target } from '../audit/eventParts';
import type { AuditEventFieldsFragment } from '../gen/graphql';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import classes from './overview.module.css';

const LOADING_ROWS = ['a', 'b', 'c', 'd', 'e'];

export function RecentEvents({ events }: { events: readonly AuditEventFieldsFragment[] | undefined }) {
  return (
    <section className={`${shared.surface} ${shared.card}`} aria-labelledby="recent-events">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="recent-events">
          What happened lately
        </Title>
        <Anchor component={Link} to="/audit" size="sm">
          Audit trail
        </Anchor>
      </Group>
      {!events && (
        <Stack gap="sm">
          {LOADING_ROWS.map((name) => (
            <Skeleton key={name} h={36} />
          ))}
        </Stack>
      )}
      {events?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing yet.
        </Text>
      )}
      {events?.map((event) => (
        <div key={event.id} className={classes.event}>
          <div className={shared.shrink}>
            <Group gap="xs" wrap="nowrap">
              <span
                className={shared.dot}
                data-tone={event.outcome === 'SUCCESS' ? 'good' : event.outcome === 'DENIED' ? 'warn' : 'bad'}
                aria-hidden
              />
              <Anchor
                component={Link}
                to={`/audit?event=${event.id}`}
                size="sm"
                fw={550}
                c="var(--mantine-color-text)"
              >
                {event.action}
              </Anchor>
              {event.outcome !== 'SUCCESS' && (
                <Text size="xs" c="dimmed">
                  {event.outcome.toLowerCase()}
                </Text>
              )}
            </Group>
            <Group gap={6} c="dimmed" wrap="nowrap" className={classes.who}>
              <Actor event={event} />
              {event.targetId && event.targetId !== event.actorId && (
                <>
                  <span aria-hidden>→</span>
                  <Target event={event} />
                </>
              )}
            </Group>
          </div>
          <Time value={event.occurredAt} size="xs" c="dimmed" className={shared.nowrap} />
        </div>
      ))}
    </section>
  );
}
