import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ExternalLink, SquareTerminal } from 'lucide-react';
import { navigationFor } from './nav';
import classes from './shell.module.css';
import { useViewer } from './viewer';

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { viewer, server } = useViewer();
  return (
    <>
      <div className={classes.navScroll}>
        {navigationFor(viewer.can).map((group) => (
          <div key={group.label} className={classes.navGroup}>
            {group.label && <div className={classes.navLabel}>{group.label}</div>}
            {group.items.map(({ label, to, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                className={classes.navLink}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                onClick={onNavigate}
              >
                <Icon size={17} aria-hidden />
                {label}
              </Link>
            ))}
          </div>
        ))}
        <div className={classes.navGroup}>
          <div className={classes.navLabel}>Developers</div>
          <a href="/graphiql" className={classes.navLink} target="_blank" rel="noreferrer">
            <SquareTerminal size={17} aria-hidden />
            GraphiQL
            <ExternalLink size={13} aria-label="opens in a new tab" />
          </a>
        </div>
      </div>
      <Text size="xs" c="dimmed" px={12} pt="sm">
        Auther {server.version}
      </Text>
    </>
  );
}
