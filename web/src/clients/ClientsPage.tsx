import { Button, Group, Select } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { AppWindow, Plus, SearchX } from 'lucide-react';
import { useQuery } from 'urql';
import { ClientsDocument } from '../gen/graphql';
import { DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { SearchBox } from '../shared/SearchBox';
import { useCan } from '../shell/viewer';
import { CreateClient } from './CreateClient';
import { CLIENT_COLUMNS } from './clientColumns';
import { KIND_FACTS } from './kinds';
import { type ClientsSearch, clientsVariables, DEFAULT_CLIENT_SORT, KINDS } from './search';

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
  const isNarrowed = Boolean(search.q || search.kind || search.enabled !== undefined);
  return (
    <>
      <PageHead
        title="Clients"
        description="The apps, services and devices that sign people in here or get tokens for themselves."
        actions={connect}
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
      {can.clientsCreate && (
        <CreateClient
          isOpen={search.dialog === 'create'}
          kind={search.create}
          onKind={(create) => navigate({ search: (before) => ({ ...before, create }), replace: true })}
          onClose={() => navigate({ search: (before) => ({ ...before, dialog: undefined, create: undefined }) })}
        />
      )}
    </>
  );
}

interface ClientFiltersProps {
  search: ClientsSearch;
  onChange: (changes: Partial<ClientsSearch>) => void;
}

function ClientFilters({ search, onChange }: ClientFiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox label="Search clients" value={search.q} onSearch={(q) => onChange({ q })} flex={1} miw={220} />
      <Select
        aria-label="Kind"
        placeholder="Any kind"
        clearable
        w={180}
        data={KINDS.map((kind) => ({ value: kind, label: KIND_FACTS[kind].label }))}
        value={search.kind ?? null}
        onChange={(value) => onChange({ kind: KINDS.find((kind) => kind === value) })}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        w={150}
        data={[
          { value: 'true', label: 'Enabled' },
          { value: 'false', label: 'Disabled' },
        ]}
        value={search.enabled === undefined ? null : String(search.enabled)}
        onChange={(value) => onChange({ enabled: value === null ? undefined : value === 'true' })}
      />
    </Group>
  );
}
