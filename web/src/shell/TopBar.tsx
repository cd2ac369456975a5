import { Burger, Group, Kbd, UnstyledButton } from '@mantine/core';
import { Search } from 'lucide-react';
import { SchemeToggle } from './SchemeToggle';
import classes from './shell.module.css';
import { UserMenu } from './UserMenu';

interface TopBarProps {
  isNavOpen: boolean;
  onToggleNav: () => void;
  onSearch: () => void;
}

const MOD_KEY = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl';

export function TopBar({ isNavOpen, onToggleNav, onSearch }: TopBarProps) {
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Group wrap="nowrap" flex={1} miw={0}>
        <Burger
          opened={isNavOpen}
          onClick={onToggleNav}
          hiddenFrom="sm"
          size="sm"
          aria-label={isNavOpen ? 'Close the navigation' : 'Open the navigation'}
          aria-expanded={isNavOpen}
        />
        <UnstyledButton className={classes.searchButton} onClick={onSearch}>
          <Search size={16} aria-hidden />
          Search or go to…
          <Kbd ml="auto" size="xs" visibleFrom="sm">
            {MOD_KEY} K
          </Kbd>
        </UnstyledButton>
      </Group>
      <Group gap="xs" wrap="nowrap">
        <SchemeToggle />
        <UserMenu />
      </Group>
    </Group>
  );
}
