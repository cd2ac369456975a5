import { ActionIcon, Group, Text } from '@mantine/core';
import { ChevronDown, ChevronRight, ScrollText } from 'lucide-react';
import type { CombinedError } from 'urql';
import type { AuditEventDetailFieldsFragment } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Time } from '../shared/Time';
import { AuditDetail } from './AuditDetail';
import { Actor, Outcome, Target } from './eventParts';

interface AuditTableProps {
  rows: readonly AuditEventDetailFieldsFragment[] | undefined;
  isFetching: boolean;
  error?: CombinedError | undefined;
  onRetry: () => void;
  openId: string | undefined;
  onOpen: (id: string | undefined) => void;
  isNarrowed: boolean;
}

export function AuditTable({ openId, onOpen, isNarrowed, ...list }: AuditTableProps) {
  return (
    <DataTable
      label="Audit events"
      columns={columns(openId, onOpen)}
      renderBelow={(event) => event.id === openId && <AuditDetail event={event} />}
      empty={
        <Empty icon={ScrollText} title={isNarrowed ? 'No event matches' : 'Nothing has happened yet'}>
          {isNarrowed
            ? 'Actions are named like user.created or session.revoked.'
            : 'The first sign-in will be here.'}
        </Empty>
      }
      {...list}
    />
  );
}

function columns(
  openId: string | undefined,
  onOpen: (id: string | undefined) => void,
): Column<AuditEventDetailFieldsFragment>[] {
  return [
    {
      key: 'action',
      header: 'Action',
      render: (event) => {
        const isOpen = event.id === openId;
        return (
          <Group gap="xs" wrap="nowrap">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-expanded={isOpen}
              aria-label={`Details of ${event.action}`}
              onClick={() => onOpen(isOpen ? undefined : event.id)}
            >
              {isOpen ? <ChevronDown size={16} /> : <ChevronRight size={16} />}
            </ActionIcon>
            <Text size="sm" fw={550}>
              {event.action}
            </Text>
          </Group>
        );
      },
    },
    {
      key: 'outcome',
      header: 'Outcome',
      visibleFrom: 'sm',
      render: (event) => <Outcome outcome={event.outcome} />,
    },
    { key: 'actor', header: 'By', visibleFrom: 'xs', render: (event) => <Actor event={event} /> },
    { key: 'target', header: 'On', visibleFrom: 'md', render: (event) => <Target event={event} /> },
    { key: 'occurredAt', header: 'When', render: (event) => <Time value={event.occurredAt} size="sm" /> },
  ];
}
