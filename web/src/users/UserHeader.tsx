import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { Ban, ChevronLeft, Merge, ShieldCheck, Trash2, Undo2, VenetianMask } from 'lucide-react';
import type { ImpersonationRefusal, UserDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { PersonAvatar, personName } from '../shared/Person';
import { Time } from '../shared/Time';
import { absoluteTime } from '../shared/times';
import { useCan } from '../shell/viewer';
import { refusalText } from './impersonate';
import type { UserSearch } from './search';
import { UserState } from './userColumns';

interface UserHeaderProps {
  user: UserDetailFieldsFragment;
  /** Why the viewer may not act as the user. */
  refusal: ImpersonationRefusal | null;
  onDialog: (dialog: UserSearch['dialog']) => void;
}

export function UserHeader({ user, refusal, onDialog }: UserHeaderProps) {
  const can = useCan();
  useDocumentTitle(`${personName(user)} · Auther`);
  return (
    <>
      {can.usersView && (
        <Anchor component={Link} to="/users" size="sm" c="dimmed">
          <Group gap={4} component="span">
            <ChevronLeft size={14} aria-hidden /> Users
          </Group>
        </Anchor>
      )}
      <Group justify="space-between" align="flex-start" mt="xs" mb="lg">
        <Group gap="md" wrap="nowrap">
          <PersonAvatar person={user} size={64} />
          <Stack gap={2}>
            <Group gap="sm">
              <Title order={1}>{personName(user)}</Title>
              <UserState user={user} />
            </Group>
            <Text size="sm" c="dimmed">
              {user.name && `${user.email} · `}last sign-in <Time value={user.lastSignInAt} />
            </Text>
            <CopyValue value={user.id} label="id" />
          </Stack>
        </Group>
        <UserActions user={user} refusal={refusal} onDialog={onDialog} />
      </Group>
      <BanNotice user={user} />
      <DeletionNotice user={user} />
    </>
  );
}

function UserActions({ user, refusal, onDialog }: UserHeaderProps) {
  const can = useCan();
  return (
    <Group gap="xs">
      {can.usersImpersonate && <ActAs refusal={refusal} onClick={() => onDialog('impersonate')} />}
      {can.usersBan && user.status === 'ACTIVE' && (
        <Button variant="default" leftSection={<Ban size={16} />} onClick={() => onDialog('ban')}>
          Ban
        </Button>
      )}
      {can.usersBan && user.status === 'BANNED' && (
        <Button variant="default" leftSection={<ShieldCheck size={16} />} onClick={() => onDialog('unban')}>
          Lift the ban
        </Button>
      )}
      {can.usersDelete && can.usersUpdate && !user.deletion && (
        <Button variant="default" leftSection={<Merge size={16} />} onClick={() => onDialog('merge')}>
          Merge…
        </Button>
      )}
      {can.usersDelete && user.deletion && (
        <Button variant="default" leftSection={<Undo2 size={16} />} onClick={() => onDialog('restore')}>
          Restore
        </Button>
      )}
      {can.usersDelete && (
        <Button variant="default" leftSection={<Trash2 size={16} />} onClick={() => onDialog('delete')}>
          {user.deletion ? 'Erase' : 'Delete'}
        </Button>
      )}
    </Group>
  );
}

function ActAs({ refusal, onClick }: { refusal: ImpersonationRefusal | null; onClick: () => void }) {
  const why = refusalText(refusal);
  return (
    <Button
      variant="default"
      leftSection={<VenetianMask size={16} />}
      aria-disabled={why !== null}
      data-disabled={why !== null || undefined}
      aria-description={why ?? undefined}
      title={why ?? undefined}
      onClick={() => why === null && onClick()}
    >
      Act as this user…
    </Button>
  );
}

function BanNotice({ user: { ban } }: { user: UserDetailFieldsFragment }) {
  if (!ban) return null;
  return (
    <Alert color="red" icon={<Ban size={18} />} mb="lg" title={ban.reason ?? 'Banned, no reason given'}>
      Since <Time value={ban.bannedAt} />
      {ban.bannedBy && (
        <>
          {' '}
          by{' '}
          <Anchor inherit underline="always" component={Link} to={`/users/${ban.bannedBy.id}`}>
            {personName(ban.bannedBy)}
          </Anchor>
        </>
      )}
      {ban.until ? `, until ${absoluteTime(ban.until)}.` : ', without an end.'}
    </Alert>
  );
}

function DeletionNotice({ user }: { user: UserDetailFieldsFragment }) {
  const { deletion } = user;
  if (!deletion) return null;
  const isOwn = deletion.by?.id === user.id;
  return (
    <Alert color="red" icon={<Trash2 size={18} />} mb="lg" title="Deleted, not erased yet">
      {isOwn ? 'By their own wish ' : ''}
      <Time value={deletion.scheduledAt} />
      {deletion.by && !isOwn && (
        <>
          {' '}
          by{' '}
          <Anchor inherit underline="always" component={Link} to={`/users/${deletion.by.id}`}>
            {personName(deletion.by)}
          </Anchor>
        </>
      )}
      . It will be erased on {absoluteTime(deletion.erasedAt)}.
    </Alert>
  );
}
