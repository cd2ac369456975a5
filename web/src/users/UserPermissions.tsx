import { Badge, Group, NativeSelect, Skeleton, Stack, Text, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { KeySquare, Link2 } from 'lucide-react';
import { useQuery } from 'urql';
import { type GrantedRow, grantedRows } from '../authz/granted';
import type { ClientNames } from '../authz/parts';
import { entityColumn, limitsColumn, relationColumn, writtenColumn } from '../authz/tupleColumns';
import {
  ModelsDocument,
  TokenPreviewDocument,
  type UserDetailFieldsFragment,
  UserTuplesDocument,
} from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { Pager } from '../shared/Pager';
import { personName } from '../shared/Person';
import { pageVariables } from '../shared/paging';
import shared from '../shared/shared.module.css';
import { canSeePlatform, useCan } from '../shell/viewer';
import type { UserSearch } from './search';

interface UserPermissionsProps {
  user: UserDetailFieldsFragment;
  search: UserSearch;
  isOwn: boolean;
}

/** What somebody may do, and the tuples that say so. */
export function UserPermissions({ user, search, isOwn }: UserPermissionsProps) {
  const can = useCan();
  const withClients = can.clientsView && can.clientsManageAccess;
  const [{ data, fetching }] = useQuery({
    query: ModelsDocument,
    variables: { withOwn: false, withClients },
  });
  if (fetching && !data) return <Skeleton h={280} />;
  const clients = (data?.clients?.nodes ?? []).filter(({ model }) => model);
  const names = new Map(clients.map(({ id, name }) => [id, name]));
  return (
    <Stack gap="xl">
      <Effective user={user} search={search} names={names} withAuther={isOwn || canSeePlatform(can)} />
      {(isOwn || canSeePlatform(can)) && <UserTuples user={user} search={search} names={names} />}
    </Stack>
  );
}

const AUTHER = 'auther';
const route = getRouteApi('/users/$userId');

interface EffectiveProps {
  user: UserDetailFieldsFragment;
  search: UserSearch;
  names: ClientNames;
  withAuther: boolean;
}

function Effective({ user, search, names, withAuther }: EffectiveProps) {
  const navigate = route.useNavigate();
  const choices = [...names].map(([value, label]) => ({ value, label }));
  if (withAuther) choices.push({ value: AUTHER, label: 'Auther itself' });
  const chosen = search.client ?? choices[0]?.value ?? AUTHER;
  const [{ data, fetching, error }, refetch] = useQuery({
    query: TokenPreviewDocument,
    variables: { userId: user.id, clientId: chosen === AUTHER ? null : chosen },
    pause: choices.length === 0,
  });
  const granted = data?.tokenPreview;
  if (choices.length === 0) return <Empty icon={KeySquare} title="No client has a model yet" />;
  return (
    <section aria-label="Effective permissions">
      <Group justify="space-between" align="flex-end" mb="sm">
        <div>
          <Title order={2}>Effective permissions</Title>
          <Text size="sm" c="dimmed">
            What a token of {personName(user)} would hold now.
          </Text>
        </div>
        <NativeSelect
          aria-label="Of which client"
          data={choices}
          value={chosen}
          onChange={({ currentTarget }) =>
            navigate({ search: { tab: 'permissions', client: currentTarget.value }, replace: true })
          }
        />
      </Group>
      <DataTable
        label="Effective permissions"
        columns={GRANTED_COLUMNS}
        rows={granted && grantedRows(granted.permissions, granted.abacRequired)}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={<Empty icon={KeySquare} title="Nothing here is permitted" />}
      />
      {granted && (
        <Text size="sm" c="dimmed" mt="sm">
          {granted.sizeBytes.toLocaleString()} bytes in a token.
          {granted.isTruncated && ' There is more: single entities were left out, the live check knows them.'}
        </Text>
      )}
    </section>
  );
}

const GRANTED_COLUMNS: readonly Column<GrantedRow>[] = [
  {
    key: 'on',
    header: 'On',
    render: ({ text, isEvery }) => (
      <Text className={shared.mono}>
        {text}
        {isEvery && (
          <Text span size="xs" c="dimmed">
            {' '}
            every one
          </Text>
        )}
      </Text>
    ),
  },
  {
    key: 'may',
    header: 'May',
    render: ({ actions }) => (
      <Group gap={6}>
        {actions.map(({ name, needsCheck }) => (
          <Badge
            key={name}
            size="md"
            miw="max-content"
            variant={needsCheck ? 'outline' : 'light'}
            color={needsCheck ? 'yellow' : 'pine'}
            title={needsCheck ? 'A live check decides, with the attributes of the resource' : undefined}
          >
            {name}
            {needsCheck && ' ?'}
          </Badge>
        ))}
      </Group>
    ),
  },
];

function UserTuples({
  user,
  search,
  names,
}: {
  user: UserDetailFieldsFragment;
  search: UserSearch;
  names: ClientNames;
}) {
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: UserTuplesDocument,
    variables: { id: user.id, ...pageVariables(search) },
  });
  const tuples = data?.user?.tuples;
  return (
    <section aria-label="Tuples">
      <Title order={2} mb="sm">
        Tuples that name {personName(user)}
      </Title>
      <DataTable
        label="Tuples"
        columns={[
          entityColumn({ scope: '', clientNames: names }),
          relationColumn(),
          limitsColumn(),
          writtenColumn({ scope: '' }),
        ]}
        rows={tuples?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={Link2} title="No tuple names them">
            What they may do comes from groups, or from what everyone may.
          </Empty>
        }
      />
      <Pager
        noun="tuples"
        search={search}
        page={tuples?.pageInfo}
        count={tuples?.totalCount}
        onMove={(page) => navigate({ search: { tab: 'permissions', client: search.client, ...page } })}
      />
    </section>
  );
}
