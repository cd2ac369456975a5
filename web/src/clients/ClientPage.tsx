import { Skeleton, Stack, Tabs } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { Unplug } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { DIALOGS } from '../authz/search';
import { ClientDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { ProblemPanel } from '../shared/ProblemPanel';
import { canSeePermissions, useCan } from '../shell/viewer';
import { ClientConnect } from './ClientConnect';
import { ClientHeader } from './ClientHeader';
import { hasSecret } from './connect';
import type { ClientSearch } from './search';

const ClientSettings = lazyRouteComponent(() => import('./ClientSettings'), 'ClientSettings');
const ClientSecrets = lazyRouteComponent(() => import('./ClientSecrets'), 'ClientSecrets');
const ScopePermissions = lazyRouteComponent(() => import('../authz/ScopePermissions'), 'ScopePermissions');
const Contexts = lazyRouteComponent(() => import('../contexts/Contexts'), 'Contexts');
const DeleteClient = lazyRouteComponent(() => import('./DeleteClient'), 'DeleteClient');
const route = getRouteApi('/clients/$clientId');

export function ClientPage() {
  const { clientId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const can = useCan();
  const [{ data, error }, refetch] = useQuery({ query: ClientDocument, variables: { id: clientId } });
  const client = data?.client;
  const openDialog = (dialog: ClientSearch['dialog']) =>
    navigate({ search: (before) => ({ ...before, dialog }) });

  if (error && !data)
    return <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <LoadingClient />;
  if (!client) return <NoClient />;
  return (
    <>
      <ClientHeader client={client} onDelete={() => openDialog('delete')} />
      <Tabs
        value={search.tab ?? 'connect'}
        onChange={(tab) =>
          navigate({ search: { tab: tab === 'connect' ? undefined : (tab as ClientSearch['tab']) } })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="connect">Connect</Tabs.Tab>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          {hasSecret(client) && <Tabs.Tab value="secrets">Secrets</Tabs.Tab>}
          {canSeePermissions(can) && <Tabs.Tab value="permissions">Permissions</Tabs.Tab>}
          {canSeePermissions(can) && <Tabs.Tab value="registration">Registration</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="connect">
          <ClientConnect client={client} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <Suspense fallback={<Skeleton h={280} />}>
            <ClientSettings key={client.updatedAt} client={client} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="secrets">
          <Suspense fallback={<Skeleton h={280} />}>
            <ClientSecrets
              client={client}
              isRotating={search.dialog === 'rotate'}
              onRotate={() => openDialog('rotate')}
              onClose={() => openDialog(undefined)}
            />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="permissions">
          <Suspense fallback={<Skeleton h={280} />}>
            <ScopePermissions
              scope={client.id}
              search={{ ...search, dialog: DIALOGS.find((each) => each === search.dialog) }}
              move={(next, replace = false) => navigate({ search: { ...next, tab: 'permissions' }, replace })}
            />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="registration">
          <Suspense fallback={<Skeleton h={280} />}>
            <Contexts
              clientId={client.id}
              search={search}
              move={(next) => navigate({ search: { ...next, tab: 'registration' } })}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
      <Suspense>
        {search.dialog === 'delete' && <DeleteClient client={client} onClose={() => openDialog(undefined)} />}
      </Suspense>
    </>
  );
}

function NoClient() {
  return (
    <>
      <PageHead title="Client" />
      <Empty icon={Unplug} title="There is no such client" />
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
