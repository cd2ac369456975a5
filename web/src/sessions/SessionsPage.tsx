import { Group, Pill, Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { SessionsDocument } from '../gen/graphql';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { useCan } from '../shell/viewer';
import { SessionTable } from './SessionTable';
import { sessionsVariables } from './search';

const route = getRouteApi('/sessions');

export function SessionsPage() {
  const can = useCan();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: SessionsDocument,
    variables: { ...sessionsVariables(search), withUser: can.usersView },
  });
  return (
    <>
      <PageHead
        title="Sessions"
        description="Where people are signed in right now. Ending a session takes effect at once."
      />
      {search.user && (
        <Group mb="md" gap="xs">
          <Text size="sm" c="dimmed">
            Only of
          </Text>
          <Pill
            withRemoveButton
            onRemove={() => navigate({ search: {} })}
            removeButtonProps={{ 'aria-label': 'Show the sessions of everybody' }}
          >
            {search.user}
          </Pill>
        </Group>
      )}
      <SessionTable
        withUser={can.usersView}
        rows={data?.sessions.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      />
      <Pager
        noun="sessions"
        search={search}
        page={data?.sessions.pageInfo}
        count={data?.sessions.totalCount}
        onMove={(page) => navigate({ search: (before) => ({ ...refine(before, {}), ...page }) })}
      />
    </>
  );
}
