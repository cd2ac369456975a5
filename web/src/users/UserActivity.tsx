import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { AuditTable } from '../audit/AuditTable';
import { UserAuditEventsDocument } from '../gen/graphql';
import { Pager } from '../shared/Pager';
import { pageVariables } from '../shared/paging';
import type { UserSearch } from './search';

const route = getRouteApi('/users/$userId');

export function UserActivity({ userId, search }: { userId: string; search: UserSearch }) {
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: UserAuditEventsDocument,
    variables: { id: userId, ...pageVariables(search) },
  });
  const events = data?.user?.auditEvents;
  return (
    <>
      <AuditTable
        rows={events?.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        openId={search.event}
        onOpen={(event) => navigate({ search: (before) => ({ ...before, event }), replace: true })}
        isNarrowed={false}
      />
      <Pager
        noun="events"
        search={search}
        page={events?.pageInfo}
        onMove={(page) => navigate({ search: { tab: 'activity', ...page } })}
      />
    </>
  );
}
