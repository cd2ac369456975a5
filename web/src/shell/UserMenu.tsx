import { Menu, Text, UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { LogOut, UserRound } from 'lucide-react';
import { PersonAvatar, personName } from '../shared/Person';
import { useViewer } from './viewer';

export function UserMenu() {
  const { user, can } = useViewer().viewer;
  if (!user) return null;
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${personName(user)}`}>
          <PersonAvatar person={user} size={34} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm" fw={600} c="var(--mantine-color-text)" truncate>
            {personName(user)}
          </Text>
          <Text size="xs" truncate>
            {user.email}
          </Text>
        </Menu.Label>
        <Menu.Divider />
        {can.usersView && (
          <Menu.Item component={Link} to={`/users/${user.id}`} leftSection={<UserRound size={16} />}>
            Your user page
          </Menu.Item>
        )}
        <Menu.Item component="a" href="/signout" leftSection={<LogOut size={16} />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
