import { Alert, SimpleGrid, Stack } from '@mantine/core';
import { Info } from 'lucide-react';
import { useQuery } from 'urql';
import { OverviewDocument } from '../gen/graphql';
import { PageHead } from '../shared/PageHead';
import { personName } from '../shared/Person';
import { ProblemPanel } from '../shared/ProblemPanel';
import { navigationFor } from '../shell/nav';
import { canSeePlatform, useViewer } from '../shell/viewer';
import { ConnectApp } from './ConnectApp';
import { Numbers } from './Numbers';
import { RecentEvents } from './RecentEvents';
import { ServerFacts } from './ServerFacts';

export function OverviewPage() {
  const { viewer, server } = useViewer();
  const { can, user } = viewer;
  const [{ data, error }, refetch] = useQuery({
    query: OverviewDocument,
    variables: {
      withUsers: can.usersView,
      withClients: can.clientsView,
      withSessions: can.sessionsViewAll,
      withKeys: can.keysView,
      withAudit: canSeePlatform(can),
    },
  });
  const isPlain = navigationFor(can).length === 1;
  return (
    <>
      <PageHead title={user ? `Hello, ${personName(user)}` : 'Overview'} description={user?.email} />
      <Stack gap="xl">
        {error && !data && (
          <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        )}
        {isPlain && (
          <Alert color="gray" icon={<Info size={18} />} title="Nothing to administer">
            You are signed in, but hold no permission for the console. An operator can give you one.
          </Alert>
        )}
        <Numbers can={can} data={data} />
        {can.clientsCreate && <ConnectApp />}
        <SimpleGrid cols={{ base: 1, lg: canSeePlatform(can) ? 2 : 1 }} spacing="lg">
          {canSeePlatform(can) && <RecentEvents events={data?.auditEvents?.nodes} />}
          <ServerFacts server={server} session={viewer.session} />
        </SimpleGrid>
      </Stack>
    </>
  );
}
