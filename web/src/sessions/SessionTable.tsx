import { Badge, Group, Text } from '@mantine/core';
import { Laptop, MonitorSmartphone, Smartphone, SquareTerminal } from 'lucide-react';
import type { CombinedError } from 'urql';
import type { PersonFieldsFragment, SessionFieldsFragment } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PersonCell, personName } from '../shared/Person';
import { Time } from '../shared/Time';
import { useViewer } from '../shell/viewer';
import { methodWords } from './methods';
import { RevokeSession } from './RevokeSession';

type SessionRow = SessionFieldsFragment & { user?: PersonFieldsFragment };

interface SessionTableProps {
  rows: readonly SessionRow[] | undefined;
  isFetching: boolean;
  error?: CombinedError | undefined;
  onRetry: () => void;
  withUser?: boolean;
  /** Whose sessions these are, where the rows do not say it. */
  ownerId?: string;
}

const USER: Column<SessionRow> = {
  key: 'user',
  header: 'User',
  render: (session) => session.user && <PersonCell person={session.user} />,
};

const COLUMNS: readonly Column<SessionRow>[] = [
  { key: 'device', header: 'Device', render: (session) => <Device session={session} /> },
  {
    key: 'amr',
    header: 'Signed in with',
    visibleFrom: 'md',
    render: (session) => <Text size="sm">{methodWords(session.amr)}</Text>,
  },
  {
    key: 'lastSeenAt',
    header: 'Last seen',
    visibleFrom: 'sm',
    render: (session) => <Time value={session.lastSeenAt} size="sm" />,
  },
  {
    key: 'expiresAt',
    header: 'Ends',
    visibleFrom: 'lg',
    render: (session) => <Time value={session.expiresAt} size="sm" />,
  },
];

function revokeColumn(isOwn: (session: SessionRow) => boolean): Column<SessionRow> {
  return {
    key: 'revoke',
    header: 'Actions',
    isHeaderHidden: true,
    width: 90,
    render: (session) => <RevokeSession session={session} isOwn={isOwn(session)} />,
  };
}

export function SessionTable({ withUser = false, ownerId, ...list }: SessionTableProps) {
  const { user: viewer } = useViewer().viewer;
  const revoke = revokeColumn((session) => viewer?.id === (session.user?.id ?? ownerId));
  return (
    <DataTable
      label="Sessions"
      columns={[...(withUser ? [USER] : []), ...COLUMNS, revoke]}
      empty={
        <Empty icon={MonitorSmartphone} title={ownerId ? 'Not signed in anywhere' : 'Nobody is signed in'}>
          A session appears here when somebody signs in.
        </Empty>
      }
      {...list}
    />
  );
}

function Device({ session }: { session: SessionRow }) {
  const Icon = deviceIcon(session.device);
  return (
    <Group gap="sm" wrap="nowrap">
      <Icon size={18} aria-hidden style={{ flex: 'none' }} />
      <div>
        <Group gap="xs">
          <Text size="sm">{session.device}</Text>
          {session.isCurrent && <Badge size="sm">This browser</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {session.ip ?? 'address unknown'}
          {session.impersonator && `, opened by ${personName(session.impersonator)}`}
        </Text>
      </div>
    </Group>
  );
}

function deviceIcon(device: string) {
  if (/iphone|android|ios|mobile/i.test(device)) return Smartphone;
  if (/curl|python|cli|httpx|go-http/i.test(device)) return SquareTerminal;
  return Laptop;
}
