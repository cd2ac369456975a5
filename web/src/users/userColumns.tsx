import { Text } from '@mantine/core';
import type { UserRowFieldsFragment, UserSort } from '../gen/graphql';
import type { Column } from '../shared/DataTable';
import { PersonCell } from '../shared/Person';
import { StatusDot } from '../shared/StatusDot';
import { Time } from '../shared/Time';

export const USER_COLUMNS: readonly Column<UserRowFieldsFragment, UserSort>[] = [
  {
    key: 'person',
    header: 'User',
    sort: ['NAME_ASC', 'NAME_DESC'],
    render: (user) => <PersonCell person={user} />,
  },
  {
    key: 'username',
    header: 'Username',
    visibleFrom: 'md',
    render: (user) => (
      <Text size="sm" c={user.username ? undefined : 'dimmed'}>
        {user.username ?? 'none'}
      </Text>
    ),
  },
  { key: 'status', header: 'Status', render: (user) => <UserState user={user} /> },
  {
    key: 'lastSignInAt',
    header: 'Last sign-in',
    visibleFrom: 'sm',
    sort: ['LAST_SIGN_IN_AT_ASC', 'LAST_SIGN_IN_AT_DESC'],
    render: (user) => <Time value={user.lastSignInAt} size="sm" />,
  },
  {
    key: 'createdAt',
    header: 'Created',
    visibleFrom: 'lg',
    sort: ['CREATED_AT_ASC', 'CREATED_AT_DESC'],
    render: (user) => <Time value={user.createdAt} size="sm" />,
  },
];

export function UserState({ user }: { user: Pick<UserRowFieldsFragment, 'status' | 'emailVerified'> }) {
  const [tone, word] = stateOf(user);
  return (
    <Text size="sm" component="span">
      <StatusDot tone={tone}>{word}</StatusDot>
    </Text>
  );
}

function stateOf({ status, emailVerified }: Pick<UserRowFieldsFragment, 'status' | 'emailVerified'>) {
  if (status === 'PENDING_DELETION') return ['bad', 'Deleted'] as const;
  if (status === 'BANNED') return ['bad', 'Banned'] as const;
  return emailVerified ? (['good', 'Active'] as const) : (['warn', 'Unverified'] as const);
}
