import { Button, Group, NativeSelect } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { AppWindow, Plus, SearchX, Ticket } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { ClientsDocument } from '../gen/graphql';
import { DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { SearchBox } from '../shared/SearchBox';
import { fromTriState, triState } from '../shared/search';
import { useCan } from '../shell/viewer';
import { CLIENT_COLUMNS } from './clientColumns';
import { KIND_FACTS } from './kinds';
import { type ClientsSearch, clientsVariables, DEFAULT_CLIENT_SORT, KINDS } from './search';

const CreateClient = lazyRouteComponent(() => import('./CreateClient'), 'CreateClient');
const InitialTokens = lazyRouteComponent(() => import('./InitialTokens'), 'InitialTokens');
const route = getRouteApi('/clients');

export function ClientsPage() {
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ClientsDocument,
    variables: clientsVariables(search),
  });
  const narrow = (changes: Partial<ClientsSearch>) =>
    navigate({ search: (before) => refine(before, changes), replace: true });
  const connect = can.clientsCreate && (
    <Button
      leftSection={<Plus size={16} />}
      onClick={() => navigate({ search: (before) => ({ ...before, dialog: 'create' }) })}
    >
      Connect an app
    </Button>
  );
  const isNarrowed = Boolean(
    search.q || search.kind || search.enabled !== undefined || search.dynamic !== undefined,
  );
  return (
    <>
      <PageHead
        title="Clients"
        description="The apps, services and devices that sign people in here or get tokens for themselves."
        actions={
          <Group gap="sm">
            <Button
              variant="default"
              leftSection={<Ticket size={16} />}
              onClick={() => navigate({ search: (before) => ({ ...before, dialog: 'tokens' }) })}
            >
              Registration tokens
            </Button>
            {connect}
          </Group>
        }
      />
      <ClientFilters search={search} onChange={narrow} />
      <DataTable
        label="Clients"
        columns={CLIENT_COLUMNS}
        rows={data?.clients.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        sort={search.sort ?? DEFAULT_CLIENT_SORT}
        onSort={(sort) => narrow({ sort })}
        empty={
          isNarrowed ? (
            <Empty icon={SearchX} title="No client matches" />
          ) : (
            <Empty icon={AppWindow} title="No apps yet" action={connect}>
              Connect the first one: choose its kind and copy what it needs.
            </Empty>
          )
        }
      />
      <Pager
        noun="clients"
        search={search}
        page={data?.clients.pageInfo}
        count={data?.clients.totalCount}
        onMove={(page) => navigate({ search: (before) => ({ ...refine(before, {}), ...page }) })}
      />
      <Suspense>
        {search.dialog === 'tokens' && (
          <InitialTokens
            onClose={() => navigate({ search: (before) => ({ ...before, dialog: undefined }) })}
          />
        )}
        {can.clientsCreate && search.dialog === 'create' && (
          <CreateClient
            kind={search.create}
            onKind={(create) => navigate({ search: (before) => ({ ...before, create }), replace: true })}
            onClose={() =>
              navigate({ search: (before) => ({ ...before, dialog: undefined, create: undefined }) })
            }
          />
        )}
      </Suspense>
    </>
  );
}

const KIND_CHOICES = [
  { value: '', label: 'Any kind' },
  ...KINDS.map((kind) => ({ value: kind, label: KIND_FACTS[kind].label })),
];
const STATUS_CHOICES = [
  { value: '', label: 'Any status' },
  { value: 'true', label: 'Enabled' },
  { value: 'false', label: 'Disabled' },
];
const SOURCE_CHOICES = [
  { value: '', label: 'Any source' },
  { value: 'true', label: 'Registered themselves' },
  { value: 'false', label: 'Made by operators' },
];

interface ClientFiltersProps {
  search: ClientsSearch;
  onChange: (changes: Partial<ClientsSearch>) => void;
}

function ClientFilters({ search, onChange }: ClientFiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox
        label="Search clients"
        value={search.q}
        onSearch={(q) => onChange({ q })}
        flex={1}
        miw={220}
      />
      <NativeSelect
        aria-label="Kind"
        data={KIND_CHOICES}
        value={search.kind ?? ''}
        onChange={({ currentTarget }) =>
          onChange({ kind: KINDS.find((kind) => kind === currentTarget.value) })
        }
      />
      <NativeSelect
        aria-label="Status"
        data={STATUS_CHOICES}
        value={triState(search.enabled)}
        onChange={({ currentTarget }) => onChange({ enabled: fromTriState(currentTarget.value) })}
      />
      <NativeSelect
        aria-label="Source"
        data={SOURCE_CHOICES}
        value={triState(search.dynamic)}
        onChange={({ currentTarget }) => onChange({ dynamic: fromTriState(currentTarget.value) })}
      />
    </Group>
  );
}
