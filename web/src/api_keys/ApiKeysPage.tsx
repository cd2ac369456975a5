import { Button, Group, NativeSelect } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { KeySquare, Plus, SearchX } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { type ApiKeySort, ApiKeysDocument } from '../gen/graphql';
import { type Column, DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { SearchBox } from '../shared/SearchBox';
import { fromTriState, triState } from '../shared/search';
import { API_KEY_COLUMNS, type ApiKeyRow } from './apiKeyColumns';
import { KeyActions } from './KeyActions';
import { type ApiKeysSearch, apiKeysVariables, DEFAULT_API_KEY_SORT } from './search';

const CreateApiKey = lazyRouteComponent(() => import('./CreateApiKey'), 'CreateApiKey');
const RotateApiKey = lazyRouteComponent(() => import('./RotateApiKey'), 'RotateApiKey');
const DeleteApiKey = lazyRouteComponent(() => import('./DeleteApiKey'), 'DeleteApiKey');
const route = getRouteApi('/api-keys');

export function ApiKeysPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: ApiKeysDocument,
    variables: apiKeysVariables(search),
  });
  const reload = () => refetch({ requestPolicy: 'network-only' });
  const narrow = (changes: Partial<ApiKeysSearch>) =>
    navigate({ search: (before) => refine(before, changes), replace: true });
  const show = (dialog: ApiKeysSearch['dialog'], key?: string) =>
    navigate({ search: (before) => ({ ...before, dialog, key }) });
  const close = () => show(undefined);
  const add = (
    <Button leftSection={<Plus size={16} />} onClick={() => show('create')}>
      New API key
    </Button>
  );
  const chosen = data?.apiKeys.nodes.find((row) => row.id === search.key);
  return (
    <>
      <PageHead
        title="API keys"
        description="Keys for scripts and servers. Each is a subject of its own, with its own permissions."
        actions={add}
      />
      <Filters search={search} onChange={narrow} />
      <DataTable
        label="API keys"
        columns={[...API_KEY_COLUMNS, actionsColumn(show)]}
        rows={data?.apiKeys.nodes}
        isFetching={fetching}
        error={error}
        onRetry={reload}
        sort={search.sort ?? DEFAULT_API_KEY_SORT}
        onSort={(sort) => narrow({ sort })}
        empty={
          search.q || search.enabled !== undefined ? (
            <Empty icon={SearchX} title="No key matches" />
          ) : (
            <Empty icon={KeySquare} title="No API keys yet" action={add}>
              A key lets a script or a server call without a person.
            </Empty>
          )
        }
      />
      <Pager
        noun="keys"
        search={search}
        page={data?.apiKeys.pageInfo}
        count={data?.apiKeys.totalCount}
        onMove={(page) => navigate({ search: (before) => ({ ...refine(before, {}), ...page }) })}
      />
      <Suspense>
        {search.dialog === 'create' && <CreateApiKey onClose={close} />}
        {search.dialog === 'rotate' && search.key && <RotateApiKey keyId={search.key} onClose={close} />}
        {search.dialog === 'delete' && chosen && <DeleteApiKey apiKey={chosen} onClose={close} />}
      </Suspense>
    </>
  );
}

function actionsColumn(
  onDialog: (dialog: 'rotate' | 'delete', key: string) => void,
): Column<ApiKeyRow, ApiKeySort> {
  return {
    key: 'actions',
    header: 'Actions',
    isHeaderHidden: true,
    width: 240,
    render: (key) => <KeyActions apiKey={key} onDialog={onDialog} />,
  };
}

const STATUS_CHOICES = [
  { value: '', label: 'Any status' },
  { value: 'true', label: 'Enabled' },
  { value: 'false', label: 'Disabled' },
];

interface FiltersProps {
  search: ApiKeysSearch;
  onChange: (changes: Partial<ApiKeysSearch>) => void;
}

function Filters({ search, onChange }: FiltersProps) {
  return (
    <Group mb="md" gap="sm">
      <SearchBox
        label="Search API keys"
        value={search.q}
        onSearch={(q) => onChange({ q })}
        flex={1}
        miw={220}
      />
      <NativeSelect
        aria-label="Status"
        data={STATUS_CHOICES}
        value={triState(search.enabled)}
        onChange={({ currentTarget }) => onChange({ enabled: fromTriState(currentTarget.value) })}
      />
    </Group>
  );
}
