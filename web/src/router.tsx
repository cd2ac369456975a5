import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { apiKeysSearch } from './api_keys/search';
import { auditSearch } from './audit/search';
import { modelsSearch, permissionsSearch } from './authz/search';
import { clientSearch, clientsSearch } from './clients/search';
import { contextsSearch } from './contexts/search';
import { mailsSearch } from './mails/search';
import { sessionsSearch } from './sessions/search';
import { NotFound, RouteFailed } from './shell/Fallbacks';
import { Shell } from './shell/Shell';
import { providersSearch } from './upstream/search';
import { userSearch, usersSearch } from './users/search';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: RouteFailed });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/OverviewPage'), 'OverviewPage'),
});

const users = createRoute({
  getParentRoute: () => root,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('./users/UsersPage'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => root,
  path: '/users/$userId',
  validateSearch: userSearch,
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./users/UserPage'), 'UserPage'),
});

const clients = createRoute({
  getParentRoute: () => root,
  path: '/clients',
  validateSearch: clientsSearch,
  component: lazyRouteComponent(() => import('./clients/ClientsPage'), 'ClientsPage'),
});

const client = createRoute({
  getParentRoute: () => root,
  path: '/clients/$clientId',
  validateSearch: clientSearch,
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('./clients/ClientPage'), 'ClientPage'),
});

const permissions = createRoute({
  getParentRoute: () => root,
  path: '/permissions',
  validateSearch: modelsSearch,
  component: lazyRouteComponent(() => import('./authz/ModelsPage'), 'ModelsPage'),
});

const installation = createRoute({
  getParentRoute: () => root,
  path: '/permissions/installation',
  validateSearch: permissionsSearch,
  component: lazyRouteComponent(() => import('./authz/InstallationPage'), 'InstallationPage'),
});

const builtIn = createRoute({
  getParentRoute: () => root,
  path: '/permissions/built-in',
  component: lazyRouteComponent(() => import('./authz/BuiltInPage'), 'BuiltInPage'),
});

const sessions = createRoute({
  getParentRoute: () => root,
  path: '/sessions',
  validateSearch: sessionsSearch,
  component: lazyRouteComponent(() => import('./sessions/SessionsPage'), 'SessionsPage'),
});

const apiKeys = createRoute({
  getParentRoute: () => root,
  path: '/api-keys',
  validateSearch: apiKeysSearch,
  component: lazyRouteComponent(() => import('./api_keys/ApiKeysPage'), 'ApiKeysPage'),
});

const keys = createRoute({
  getParentRoute: () => root,
  path: '/keys',
  component: lazyRouteComponent(() => import('./keys/KeysPage'), 'KeysPage'),
});

const identityProviders = createRoute({
  getParentRoute: () => root,
  path: '/identity-providers',
  validateSearch: providersSearch,
  component: lazyRouteComponent(() => import('./upstream/ProvidersPage'), 'ProvidersPage'),
});

const registrationContexts = createRoute({
  getParentRoute: () => root,
  path: '/registration-contexts',
  validateSearch: contextsSearch,
  component: lazyRouteComponent(() => import('./contexts/ContextsPage'), 'ContextsPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./audit/AuditPage'), 'AuditPage'),
});

const mails = createRoute({
  getParentRoute: () => root,
  path: '/mails',
  validateSearch: mailsSearch,
  component: lazyRouteComponent(() => import('./mails/MailsPage'), 'MailsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    users,
    user,
    clients,
    client,
    permissions,
    installation,
    builtIn,
    sessions,
    apiKeys,
    registrationContexts,
    identityProviders,
    keys,
    audit,
    mails,
  ]),
  basepath: '/admin',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
