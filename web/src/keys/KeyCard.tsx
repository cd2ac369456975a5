import { Button, Collapse, Group, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { SigningKeyStatus } from '../gen/graphql';
import { CodeBlock, CopyValue } from '../shared/Copy';
import { StatusDot, type Tone } from '../shared/StatusDot';
import shared from '../shared/shared.module.css';
import { Time } from '../shared/Time';
import { absoluteTime } from '../shared/times';
import classes from './keys.module.css';
import { type SigningKey, timeline } from './timeline';

const STATES: Record<SigningKeyStatus, { tone: Tone; word: string }> = {
  PENDING: { tone: 'warn', word: 'Published, not yet signing' },
  ACTIVE: { tone: 'good', word: 'Signing' },
  RETIRED: { tone: 'quiet', word: 'Only verifying' },
  WITHDRAWN: { tone: 'bad', word: 'Withdrawn' },
};

export function KeyCard({ signingKey: key }: { signingKey: SigningKey }) {
  const [isOpen, { toggle }] = useDisclosure(false);
  const { tone, word } = STATES[key.status];
  return (
    <article className={`${shared.surface} ${shared.card}`}>
      <Group justify="space-between" mb={4}>
        <Title order={2}>{key.alg}</Title>
        <Text size="sm" component="span">
          <StatusDot tone={tone}>{word}</StatusDot>
        </Text>
      </Group>
      <CopyValue value={key.kid} label="key id" />
      <Life signingKey={key} />
      <Button
        mt="md"
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
        onClick={toggle}
        aria-expanded={isOpen}
      >
        Public key
      </Button>
      <Collapse expanded={isOpen}>
        {isOpen && <CodeBlock value={JSON.stringify(key.publicJwk, null, 2)} label="public key as JWK" />}
      </Collapse>
    </article>
  );
}

function Life({ signingKey: key }: { signingKey: SigningKey }) {
  const life = timeline(key, Date.now());
  const phases = [
    { name: 'published', share: life.waiting, from: key.createdAt },
    { name: 'signing', share: life.signing, from: key.activatesAt },
    { name: 'verifying', share: life.verifying, from: key.retiresAt },
  ];
  return (
    <>
      <div className={classes.life} aria-hidden>
        {phases.map(({ name, share, from }) => (
          <div
            key={name}
            className={classes.phase}
            data-phase={name}
            style={{ width: `${share}%` }}
            title={`${name} from ${absoluteTime(from)}`}
          />
        ))}
        <div className={classes.now} style={{ left: `${life.now}%` }} />
      </div>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          made <Time value={key.createdAt} />
        </Text>
        <Text size="xs" c="dimmed">
          {Date.parse(key.retiresAt) > Date.now() ? 'retires' : 'retired'} <Time value={key.retiresAt} />
        </Text>
        <Text size="xs" c="dimmed">
          gone <Time value={key.removesAt} />
        </Text>
      </Group>
    </>
  );
}
