import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { UserSessionsDocument } from '../gen/graphql';
import { SessionTable } from '../sessions/SessionTable';
import { Pager } from '../shared/Pager';
import { type PageSearch, pageVariables } from '../shared/paging';

const route = getRouteApi('/users/$userId');

export function UserSessions({ userId, search }: { userId: string; search: PageSearch }) {
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: UserSessionsDocument,
    variables: { id: userId, ...pageVariables(search) },
  });
  const sessions = data?.user?.sessions;
  return (
    <>
      <SessionTable
        ownerId={userId}
        rows={sessions?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
      />
      <Pager
        noun="sessions"
        search={search}
        page={sessions?.pageInfo}
        onMove={(page) => navigate({ search: { tab: 'sessions', ...page } })}
      />
    </>
  );
}
