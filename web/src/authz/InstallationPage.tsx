import { getRouteApi } from '@tanstack/react-router';
import { PageHead } from '../shared/PageHead';
import { BackToModels } from './BackToModels';
import { ScopePermissions } from './ScopePermissions';

const route = getRouteApi('/permissions/installation');

export function InstallationPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <BackToModels />
      <PageHead
        title="Installation"
        description="Types that every client's model may refer to, such as departments or sites, and the tuples that say who runs Auther itself."
      />
      <ScopePermissions
        scope=""
        search={search}
        move={(next, replace = false) => navigate({ search: next, replace })}
      />
    </>
  );
}
