import { Alert, Anchor, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { Ban, ChevronLeft, ShieldCheck, Trash2 } from 'lucide-react';
import type { UserDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { PersonAvatar, personName } from '../shared/Person';
import { Time } from '../shared/Time';
import { absoluteTime } from '../shared/times';
import { useCan } from '../shell/viewer';
import type { UserSearch } from './search';
import { UserState } from './userColumns';

interface UserHeaderProps {
  user: UserDetailFieldsFragment;
  onDialog: (dialog: UserSearch['dialog']) => void;
}

export function UserHeader({ user, onDialog }: UserHeaderProps) {
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
        <UserActions user={user} onDialog={onDialog} />
      </Group>
      <BanNotice user={user} />
    </>
  );
}

function UserActions({ user, onDialog }: UserHeaderProps) {
  const can = useCan();
  return (
    <Group gap="xs">
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
      {can.usersDelete && (
        <Button variant="default" leftSection={<Trash2 size={16} />} onClick={() => onDialog('delete')}>
          Delete
        </Button>
      )}
    </Group>
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
