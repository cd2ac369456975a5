import { Anchor, Text } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { Fragment } from 'react';
import { useQuery } from 'urql';
import { ModelsDocument } from '../gen/graphql';
import { DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { pageVariables } from '../shared/paging';
import { useCan } from '../shell/viewer';
import { MODEL_COLUMNS, modelRows } from './modelColumns';

const route = getRouteApi('/permissions');
const PAGE = 100;
const MAX_NAMED = 6;

export function ModelsPage() {
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const withClients = can.clientsView && can.clientsManageAccess;
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ModelsDocument,
    variables: { withOwn: can.platformManage, withClients, ...pageVariables(search, PAGE) },
  });
  const clients = data?.clients?.nodes ?? [];
  return (
    <>
      <PageHead
        title="Permissions"
        description="A model says which things there are and what people may do with them. Each client has its own; tuples say who stands where in it."
      />
      <DataTable
        label="Models"
        columns={MODEL_COLUMNS}
        rows={data && modelRows(data, can.platformManage)}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={ShieldCheck} title="No models yet">
            A client gets its model on its own page, under Permissions.
          </Empty>
        }
      />
      <WithoutModel clients={clients.filter(({ model }) => !model)} />
      <Pager
        noun="models"
        search={search}
        page={data?.clients?.pageInfo}
        onMove={(page) => navigate({ search: page })}
      />
    </>
  );
}

function WithoutModel({ clients }: { clients: readonly { id: string; name: string }[] }) {
  if (clients.length === 0) return null;
  return (
    <Text size="sm" c="dimmed" mt="md">
      Without a model of their own:{' '}
      {clients.slice(0, MAX_NAMED).map(({ id, name }, index) => (
        <Fragment key={id}>
          {index > 0 && ', '}
          <Anchor inherit component={Link} to={`/clients/${id}?tab=permissions`}>
            {name}
          </Anchor>
        </Fragment>
      ))}
      {clients.length > MAX_NAMED && ` and ${clients.length - MAX_NAMED} more`}.
    </Text>
  );
}
