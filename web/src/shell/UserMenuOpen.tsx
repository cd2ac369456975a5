import { Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { LogOut, Settings, UserRound } from 'lucide-react';
import type { PersonFieldsFragment } from '../gen/graphql';
import { PersonAvatar, personName } from '../shared/Person';

export default function UserMenuOpen({ user }: { user: PersonFieldsFragment }) {
  return (
    <Menu defaultOpened position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton>
          <PersonAvatar person={user} size={34} />
          <VisuallyHidden>Account of {personName(user)}</VisuallyHidden>
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
        <Menu.Item component="a" href="/account" leftSection={<Settings size={16} />}>
          Your account
        </Menu.Item>
        <Menu.Item component={Link} to={`/users/${user.id}`} leftSection={<UserRound size={16} />}>
          Your user page
        </Menu.Item>
        <Menu.Item component="a" href="/signout" leftSection={<LogOut size={16} />}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
