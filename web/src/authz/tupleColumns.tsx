import { Badge, Group, Text, Tooltip } from '@mantine/core';
import type { TupleFieldsFragment } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import { Time } from '../shared/Time';
import classes from './authz.module.css';
import { typeParts } from './names';
import { type ClientNames, EntityText, SubjectText } from './parts';

interface Shown {
  scope: string;
  clientNames?: ClientNames | undefined;
}

export function entityColumn({ scope, clientNames }: Shown): Column<TupleFieldsFragment> {
  return {
    key: 'entity',
    header: 'On',
    render: ({ entity, relation }) => (
      <>
        <EntityText scope={scope} entity={entity} clientNames={clientNames} />
        <Text size="sm" fw={550} hiddenFrom="xs">
          {relation}
        </Text>
      </>
    ),
  };
}

export function relationColumn(): Column<TupleFieldsFragment> {
  return {
    key: 'relation',
    header: 'Relation',
    visibleFrom: 'xs',
    render: ({ relation }) => (
      <Text size="sm" fw={550}>
        {relation}
      </Text>
    ),
  };
}

export function subjectColumn({ scope }: Shown): Column<TupleFieldsFragment> {
  return {
    key: 'subject',
    header: 'Who',
    render: ({ subject, entity }) => (
      <Text size="sm" component="div">
        <SubjectText scope={scope || (typeParts(entity.type).clientId ?? '')} subject={subject} />
      </Text>
    ),
  };
}

export function limitsColumn(): Column<TupleFieldsFragment> {
  return { key: 'limits', header: 'Limits', visibleFrom: 'sm', render: (tuple) => <Limits tuple={tuple} /> };
}

export function writtenColumn({ scope }: Shown): Column<TupleFieldsFragment> {
  return {
    key: 'written',
    header: 'Written',
    visibleFrom: 'md',
    render: ({ createdAt, writtenBy, reason }) => (
      <Text size="sm" component="div" title={reason ?? undefined}>
        <Time value={createdAt} never="long ago" />
        {writtenBy && (
          <Text size="xs" c="dimmed" component="div" className={classes.words}>
            by <SubjectText scope={scope} subject={writtenBy} />
          </Text>
        )}
      </Text>
    ),
  };
}

function Limits({ tuple }: { tuple: TupleFieldsFragment }) {
  const { condition, policy, startsAt, expiresAt } = tuple;
  if (!condition && !policy && !startsAt && !expiresAt)
    return (
      <Text size="sm" c="dimmed">
        —
      </Text>
    );
  return (
    <Group gap={6}>
      {condition && (
        <Tooltip label={settledText(condition.context)}>
          <Badge size="md" color="yellow" flex="none" maw="none">
            if {condition.name}
          </Badge>
        </Tooltip>
      )}
      {policy && (
        <Tooltip label="The policy has the second say">
          <Badge size="md" color="yellow" flex="none" maw="none">
            if {policy}
          </Badge>
        </Tooltip>
      )}
      {startsAt && (
        <Text size="sm">
          from <Time value={startsAt} />
        </Text>
      )}
      {expiresAt && (
        <Text size="sm">
          {Date.parse(expiresAt) < Date.now() ? 'ended ' : 'ends '}
          <Time value={expiresAt} />
        </Text>
      )}
    </Group>
  );
}

function settledText(context: unknown): string {
  const text = JSON.stringify(context);
  return text === '{}' ? 'All parameters come with the question' : `Settled: ${text}`;
}
