import { getRouteApi } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { AuditEventsDocument } from '../gen/graphql';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { refine } from '../shared/paging';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { auditVariables, isNarrowed } from './search';

const route = getRouteApi('/audit');

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: AuditEventsDocument,
    variables: auditVariables(search),
  });
  return (
    <>
      <PageHead
        title="Audit trail"
        description="Every change and every sign-in, by whom, from where and what came of it."
      />
      <AuditFilters
        search={search}
        onChange={(changes) => navigate({ search: (before) => refine(before, changes), replace: true })}
      />
      <AuditTable
        rows={data?.auditEvents.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        openId={search.event}
        onOpen={(event) => navigate({ search: (before) => ({ ...before, event }), replace: true })}
        isNarrowed={isNarrowed(search)}
      />
      <Pager
        noun="events"
        search={search}
        page={data?.auditEvents.pageInfo}
        onMove={(page) =>
          navigate({ search: (before) => ({ ...refine(before, { event: undefined }), ...page }) })
        }
      />
    </>
  );
}
