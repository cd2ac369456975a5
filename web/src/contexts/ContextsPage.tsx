import { getRouteApi } from '@tanstack/react-router';
import { PageHead } from '../shared/PageHead';
import { Contexts } from './Contexts';

const route = getRouteApi('/registration-contexts');

/** Who signs up, and what they get: the contexts of the platform and of every client. */
export function ContextsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHead
        title="Registration"
        description="What people get by themselves: who signs up, or uses an application for the first time."
      />
      <Contexts clientId={null} search={search} move={(next) => navigate({ search: next })} />
    </>
  );
}
