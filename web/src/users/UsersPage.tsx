import { Button } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { UserPlus, UserRoundSearch, Users } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { UsersDocument } from '../gen/graphql';
import { DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { useCan } from '../shell/viewer';
import { DEFAULT_USER_SORT, type UsersSearch, usersVariables } from './search';
import { UserFilters } from './UserFilters';
import { USER_COLUMNS } from './userColumns';

const CreateUser = lazyRouteComponent(() => import('./CreateUser'), 'CreateUser');
const route = getRouteApi('/users');

export function UsersPage() {
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: UsersDocument,
    variables: usersVariables(search),
  });
  const narrow = (changes: Partial<UsersSearch>) =>
    navigate({ search: (before) => refine(before, changes), replace: true });
  const openCreate = () => navigate({ search: (before) => ({ ...before, dialog: 'create' }) });
  const isNarrowed = Boolean(search.q || search.status || search.verified !== undefined);
  return (
    <>
      <PageHead
        title="Users"
        description="Everybody who can sign in, here and in the apps that trust this server."
        actions={
          can.usersCreate && (
            <Button leftSection={<UserPlus size={16} />} onClick={openCreate}>
              Create user
            </Button>
          )
        }
      />
      <UserFilters search={search} onChange={narrow} />
      <DataTable
        label="Users"
        columns={USER_COLUMNS}
        rows={data?.users.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        sort={search.sort ?? DEFAULT_USER_SORT}
        onSort={(sort) => narrow({ sort })}
        empty={isNarrowed ? <NobodyFound onReset={() => navigate({ search: {} })} /> : <NobodyYet />}
      />
      <Pager
        noun="users"
        search={search}
        page={data?.users.pageInfo}
        count={data?.users.totalCount}
        onMove={(page) => navigate({ search: (before) => ({ ...refine(before, {}), ...page }) })}
      />
      <Suspense>
        {can.usersCreate && search.dialog === 'create' && (
          <CreateUser onClose={() => navigate({ search: (before) => ({ ...before, dialog: undefined }) })} />
        )}
      </Suspense>
    </>
  );
}

function NobodyFound({ onReset }: { onReset: () => void }) {
  return (
    <Empty
      icon={UserRoundSearch}
      title="Nobody matches"
      action={
        <Button variant="default" onClick={onReset}>
          Show everybody
        </Button>
      }
    >
      The search looks at name, username, mail address and id.
    </Empty>
  );
}

function NobodyYet() {
  return (
    <Empty icon={Users} title="No users yet">
      Create the first one, or let people sign up.
    </Empty>
  );
}
