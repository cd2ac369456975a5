import { SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from 'urql';
import { OverviewDocument } from '../gen/graphql';
import { PageHead } from '../shared/PageHead';
import { personName } from '../shared/Person';
import { ProblemPanel } from '../shared/ProblemPanel';
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
  return (
    <>
      <PageHead title={user ? `Hello, ${personName(user)}` : 'Overview'} description={user?.email} />
      <Stack gap="xl">
        {error && !data && (
          <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
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
