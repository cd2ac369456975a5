import { Skeleton, Stack, Tabs } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { Unplug } from 'lucide-react';
import { useQuery } from 'urql';
import { ClientDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { ProblemPanel } from '../shared/ProblemPanel';
import { ClientConnect } from './ClientConnect';
import { ClientHeader } from './ClientHeader';
import { ClientSecrets } from './ClientSecrets';
import { ClientSettings } from './ClientSettings';
import { isConfidential } from './connect';
import { DeleteClient } from './DeleteClient';
import type { ClientSearch } from './search';

const route = getRouteApi('/clients/$clientId');

export function ClientPage() {
  const { clientId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, error }, refetch] = useQuery({ query: ClientDocument, variables: { id: clientId } });
  const client = data?.client;
  const openDialog = (dialog: ClientSearch['dialog']) => navigate({ search: (before) => ({ ...before, dialog }) });

  if (error && !data) return <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <LoadingClient />;
  if (!client) return <Empty icon={Unplug} title="There is no such client" />;
  return (
    <>
      <ClientHeader client={client} onDelete={() => openDialog('delete')} />
      <Tabs
        value={search.tab ?? 'connect'}
        onChange={(tab) => navigate({ search: { tab: tab === 'connect' ? undefined : (tab as ClientSearch['tab']) } })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="connect">Connect</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          {isConfidential(client) && <Tabs.Tab value="secrets">Secrets</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="connect">
          <ClientConnect client={client} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <ClientSettings key={client.updatedAt} client={client} />
        </Tabs.Panel>
        <Tabs.Panel value="secrets">
          <ClientSecrets
            client={client}
            isRotating={search.dialog === 'rotate'}
            onRotate={() => openDialog('rotate')}
            onClose={() => openDialog(undefined)}
          />
        </Tabs.Panel>
      </Tabs>
      <DeleteClient client={client} isOpen={search.dialog === 'delete'} onClose={() => openDialog(undefined)} />
    </>
  );
}

function LoadingClient() {
  return (
    <Stack aria-busy aria-label="Loading the client">
      <Skeleton h={56} w={320} />
      <Skeleton h={36} />
      <Skeleton h={280} />
    </Stack>
  );
}
