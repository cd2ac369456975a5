import { Skeleton, Stack, Tabs } from '@mantine/core';
import { getRouteApi, lazyRouteComponent } from '@tanstack/react-router';
import { UserRoundX } from 'lucide-react';
import { Suspense } from 'react';
import { useQuery } from 'urql';
import { UserDocument } from '../gen/graphql';
import { Empty } from '../shared/Empty';
import { PageHead } from '../shared/PageHead';
import { ProblemPanel } from '../shared/ProblemPanel';
import { canSeePermissions, canSeePlatform, useViewer } from '../shell/viewer';
import type { UserSearch } from './search';
import { UserHeader } from './UserHeader';

const UserProfile = lazyRouteComponent(() => import('./UserProfile'), 'UserProfile');
const UserSignIn = lazyRouteComponent(() => import('./UserSignIn'), 'UserSignIn');
const UserSessions = lazyRouteComponent(() => import('./UserSessions'), 'UserSessions');
const UserPermissions = lazyRouteComponent(() => import('./UserPermissions'), 'UserPermissions');
const UserActivity = lazyRouteComponent(() => import('./UserActivity'), 'UserActivity');
const UserDialogs = lazyRouteComponent(() => import('./UserDialogs'), 'UserDialogs');
const route = getRouteApi('/users/$userId');

export function UserPage() {
  const { userId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [{ data, error }, refetch] = useQuery({ query: UserDocument, variables: { id: userId } });
  const user = data?.user;
  const { can, user: self } = useViewer().viewer;
  const isOwn = user?.id === self?.id;
  const openDialog = (dialog: UserSearch['dialog']) =>
    navigate({ search: (before) => ({ ...before, dialog }) });

  if (error && !data)
    return <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
  if (!data) return <LoadingUser />;
  if (!user) return <NoUser />;
  return (
    <>
      <UserHeader user={user} refusal={user.impersonationRefusal} onDialog={openDialog} />
      <Tabs
        value={search.tab ?? 'profile'}
        onChange={(tab) =>
          navigate({ search: { tab: tab === 'profile' ? undefined : (tab as UserSearch['tab']) } })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="profile">Profile</Tabs.Tab>
          {(isOwn || can.usersView) && <Tabs.Tab value="sign-in">Sign-in</Tabs.Tab>}
          {(isOwn || can.sessionsViewAll) && <Tabs.Tab value="sessions">Sessions</Tabs.Tab>}
          {(isOwn || canSeePermissions(can)) && <Tabs.Tab value="permissions">Permissions</Tabs.Tab>}
          {(isOwn || canSeePlatform(can)) && <Tabs.Tab value="activity">Activity</Tabs.Tab>}
        </Tabs.List>
        <Suspense fallback={<Skeleton h={280} />}>
          <Tabs.Panel value="profile">
            <UserProfile key={user.updatedAt} user={user} />
          </Tabs.Panel>
          <Tabs.Panel value="sign-in">
            <UserSignIn user={user} isOwn={isOwn} />
          </Tabs.Panel>
          <Tabs.Panel value="sessions">
            <UserSessions userId={user.id} search={search} />
          </Tabs.Panel>
          <Tabs.Panel value="permissions">
            <UserPermissions user={user} search={search} isOwn={isOwn} />
          </Tabs.Panel>
          <Tabs.Panel value="activity">
            <UserActivity userId={user.id} search={search} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
      <Suspense>
        {search.dialog && (
          <UserDialogs user={user} dialog={search.dialog} onClose={() => openDialog(undefined)} />
        )}
      </Suspense>
    </>
  );
}

function NoUser() {
  return (
    <>
      <PageHead title="User" />
      <Empty icon={UserRoundX} title="There is no such user" />
    </>
  );
}

function LoadingUser() {
  return (
    <Stack aria-busy aria-label="Loading the user">
      <Skeleton h={64} w={320} />
      <Skeleton h={36} />
      <Skeleton h={280} />
    </Stack>
  );
}
