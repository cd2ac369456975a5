import { Alert } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { Inbox, MailWarning } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { MailsDocument } from '../gen/graphql';
import { DataTable } from '../shared/DataTable';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { Pager } from '../shared/Pager';
import { pageVariables } from '../shared/paging';
import { useViewer } from '../shell/viewer';
import { MAIL_COLUMNS } from './mailColumns';

const MailDrawer = lazyRouteComponent(() => import('./MailDrawer'), 'MailDrawer');
const route = getRouteApi('/mails');

export function MailsPage() {
  const { server } = useViewer();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, fetching, error }, refetch] = useQuery({
    query: MailsDocument,
    variables: pageVariables(search),
  });
  return (
    <>
      <PageHead title="Mail outbox" description="What the server has written to people." />
      {!server.isMailConfigured && (
        <Alert color="yellow" icon={<MailWarning size={18} />} mb="md" title="Nothing leaves this server">
          No mail server is set up, so mails stay here. Open one to follow its links. Set AUTHER_SMTP_URL to
          send them.
        </Alert>
      )}
      <DataTable
        label="Mails"
        columns={MAIL_COLUMNS}
        rows={data?.mails.nodes}
        isFetching={fetching}
        error={error}
        onRetry={() => refetch({ requestPolicy: 'network-only' })}
        empty={
          <Empty icon={Inbox} title="No mail yet">
            Invitations, verification links and notices will be here.
          </Empty>
        }
      />
      <Pager
        noun="mails"
        search={search}
        page={data?.mails.pageInfo}
        count={data?.mails.totalCount}
        onMove={(page) => navigate({ search: page })}
      />
      <Suspense>
        {search.mail && (
          <MailDrawer
            mailId={search.mail}
            view={search.view ?? 'html'}
            onView={(view) => navigate({ search: (before) => ({ ...before, view }), replace: true })}
            onClose={() =>
              navigate({ search: (before) => ({ ...before, mail: undefined, view: undefined }) })
            }
          />
        )}
      </Suspense>
    </>
  );
}
