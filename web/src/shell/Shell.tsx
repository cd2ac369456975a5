import { AppShell, Box, Burger, Container, Group, Loader } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useQuery } from 'urql';
import { ViewerDocument, type ViewerQuery } from '../gen/graphql';
import { ProblemPanel } from '../shared/ProblemPanel';
import { Brand } from './Brand';
import { ImpersonationBanner } from './Impersonation';
import { Navigation } from './Navigation';
import classes from './shell.module.css';
import { TopBar } from './TopBar';
import { ViewerContext } from './viewer';

const Palette = lazy(() => import('./Palette'));

export function Shell() {
  const [{ data, error }, refetch] = useQuery({ query: ViewerDocument });
  if (data) return <Frame viewer={data} />;
  return (
    <div className={classes.splash}>
      {error ? (
        <Container size="xs">
          <ProblemPanel error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        </Container>
      ) : (
        <Loader type="dots" aria-label="Loading" />
      )}
    </div>
  );
}

function Frame({ viewer }: { viewer: ViewerQuery }) {
  const [isNavOpen, nav] = useDisclosure(false);
  const [isPaletteWanted, setPaletteWanted] = useState(false);
  useHotkeys([['mod+K', () => setPaletteWanted(true)]], []);
  return (
    <ViewerContext value={viewer}>
      <a href="#main" className={classes.skip}>
        Skip to the content
      </a>
      <AppShell
        layout="alt"
        header={{ height: 60 }}
        navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !isNavOpen } }}
        padding={{ base: 'md', md: 'xl' }}
      >
        <AppShell.Header className={classes.header} withBorder={false}>
          <TopBar isNavOpen={isNavOpen} onToggleNav={nav.toggle} onSearch={() => setPaletteWanted(true)} />
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar} p="md" aria-label="Console">
          <Group justify="space-between" h={28} mb="xl" px={8}>
            <Brand />
            <Burger opened onClick={nav.close} hiddenFrom="sm" size="sm" aria-label="Close the navigation" />
          </Group>
          <Navigation onNavigate={nav.close} />
        </AppShell.Navbar>
        <AppShell.Main className={classes.main} id="main" tabIndex={-1}>
          <ImpersonationBanner viewer={viewer.viewer} />
          <Box className={classes.content}>
            <Outlet />
          </Box>
        </AppShell.Main>
      </AppShell>
      <Suspense>{isPaletteWanted && <Palette onClose={() => setPaletteWanted(false)} />}</Suspense>
    </ViewerContext>
  );
}
