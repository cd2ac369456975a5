import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { AuditEventFieldsFragment, AuditOutcome } from '../gen/graphql';
import { PersonLink, personName } from '../shared/Person';
import { StatusDot, type Tone } from '../shared/StatusDot';

const OUTCOMES: Record<AuditOutcome, { tone: Tone; word: string }> = {
  SUCCESS: { tone: 'good', word: 'Succeeded' },
  FAILURE: { tone: 'bad', word: 'Failed' },
  DENIED: { tone: 'warn', word: 'Denied' },
};

export function Outcome({ outcome }: { outcome: AuditOutcome }) {
  const { tone, word } = OUTCOMES[outcome];
  return (
    <Text size="sm" component="span">
      <StatusDot tone={tone}>{word}</StatusDot>
    </Text>
  );
}

export function Actor({ event }: { event: AuditEventFieldsFragment }) {
  const { actor, impersonator, actorId, actorType } = event;
  return (
    <Text size="sm" component="div" truncate maw={220}>
      {actor ? <PersonLink person={actor} /> : (actorId ?? actorType)}
      {impersonator && (
        <Text size="xs" c="dimmed" truncate>
          impersonated by {personName(impersonator)}
        </Text>
      )}
    </Text>
  );
}

export function Target({ event }: { event: AuditEventFieldsFragment }) {
  const { target, targetId, targetType } = event;
  return (
    <Text size="sm" component="div" truncate maw={240}>
      {target?.__typename === 'User' ? (
        <PersonLink person={target} />
      ) : target?.__typename === 'Client' ? (
        <Anchor inherit component={Link} to={`/clients/${target.id}`}>
          {target.clientName}
        </Anchor>
      ) : (
        (targetId ?? targetType ?? '—')
      )}
    </Text>
  );
}
