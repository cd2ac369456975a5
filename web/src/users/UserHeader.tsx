import { Alert, Anchor, Button, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { Ban, ChevronDown, ChevronLeft, ShieldCheck, Trash2 } from 'lucide-react';
import type { UserDetailFieldsFragment } from '../gen/graphql';
import { CopyValue } from '../shared/Copy';
import { PersonAvatar, PersonLink, personName } from '../shared/Person';
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
  useDocumentTitle(`${personName(user)} · Auther`);
  return (
    <>
      <Anchor component={Link} to="/users" size="sm" c="dimmed">
        <Group gap={4} component="span">
          <ChevronLeft size={14} aria-hidden /> Users
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start" mt="xs" mb="lg">
        <Group gap="md" wrap="nowrap">
          <PersonAvatar person={user} size={64} />
          <Stack gap={2}>
            <Group gap="sm">
              <Title order={1}>{personName(user)}</Title>
              <UserState user={user} />
            </Group>
            <Text size="sm" c="dimmed">
              {user.email} · last sign-in <Time value={user.lastSignInAt} />
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
  if (!can.usersBan && !can.usersDelete) return null;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronDown size={14} />}>
          Actions
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {can.usersBan && user.status === 'ACTIVE' && (
          <Menu.Item leftSection={<Ban size={16} />} onClick={() => onDialog('ban')}>
            Ban…
          </Menu.Item>
        )}
        {can.usersBan && user.status === 'BANNED' && (
          <Menu.Item leftSection={<ShieldCheck size={16} />} onClick={() => onDialog('unban')}>
            Lift the ban…
          </Menu.Item>
        )}
        {can.usersDelete && (
          <Menu.Item color="red" leftSection={<Trash2 size={16} />} onClick={() => onDialog('delete')}>
            Delete…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
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
          by <PersonLink person={ban.bannedBy} />
        </>
      )}
      {ban.until ? `, until ${absoluteTime(ban.until)}.` : ', without an end.'}
    </Alert>
  );
}
