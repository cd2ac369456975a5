import type {
  IdentityProviderCreateInput,
  IdentityProviderFieldsFragment,
  IdentityProviderUpdateInput,
} from '../gen/graphql';
import { changes } from '../shared/changes';
import { parsed, words } from '../shared/texts';

export const AUTH_METHODS = [
  { value: 'client_secret_basic', label: 'Secret in the header (client_secret_basic)' },
  { value: 'client_secret_post', label: 'Secret in the body (client_secret_post)' },
  { value: 'none', label: 'No secret' },
];

/** The values of the form; the server's null is an empty text here. */
export interface ProviderValues {
  slug: string;
  name: string;
  kind: 'OIDC' | 'OAUTH2';
  issuer: string;
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userinfoEndpoint: string;
  emailsEndpoint: string;
  clientId: string;
  clientSecret: string;
  tokenEndpointAuthMethod: string;
  /** With blanks between, as typed. */
  scopes: string;
  /** A JSON object, as typed. */
  claims: string;
  trustsEmail: boolean;
  canSignUp: boolean;
  isEnabled: boolean;
}

const NOTHING: ProviderValues = {
  slug: '',
  name: '',
  kind: 'OIDC',
  issuer: '',
  authorizationEndpoint: '',
  tokenEndpoint: '',
  userinfoEndpoint: '',
  emailsEndpoint: '',
  clientId: '',
  clientSecret: '',
  tokenEndpointAuthMethod: 'client_secret_basic',
  scopes: '',
  claims: '',
  trustsEmail: false,
  canSignUp: false,
  isEnabled: true,
};

/** What people set up most; the rest of the form is filled in from it. */
export const PRESETS: Record<string, { label: string; values: Partial<ProviderValues> }> = {
  oidc: { label: 'Any OpenID provider', values: {} },
  google: {
    label: 'Google',
    values: { slug: 'google', name: 'Google', issuer: 'https://accounts.google.com', trustsEmail: true },
  },
  microsoft: {
    label: 'Microsoft Entra',
    values: {
      slug: 'microsoft',
      name: 'Microsoft',
      issuer: 'https://login.microsoftonline.com/<tenant>/v2.0',
    },
  },
  github: {
    label: 'GitHub',
    values: {
      slug: 'github',
      name: 'GitHub',
      kind: 'OAUTH2',
      authorizationEndpoint: 'https://github.com/login/oauth/authorize',
      tokenEndpoint: 'https://github.com/login/oauth/access_token',
      userinfoEndpoint: 'https://api.github.com/user',
      emailsEndpoint: 'https://api.github.com/user/emails',
      tokenEndpointAuthMethod: 'client_secret_post',
      scopes: 'read:user user:email',
      claims: '{"sub": "id", "picture": "avatar_url"}',
      trustsEmail: true,
    },
  },
  oauth2: { label: 'Another OAuth 2.0 service', values: { kind: 'OAUTH2' } },
};

export function presetValues(preset: string): ProviderValues {
  return { ...NOTHING, ...PRESETS[preset]?.values };
}

export function providerValues(provider: IdentityProviderFieldsFragment): ProviderValues {
  const claims = JSON.stringify(provider.claims);
  return {
    slug: provider.slug,
    name: provider.name,
    kind: provider.kind,
    issuer: provider.issuer ?? '',
    authorizationEndpoint: provider.authorizationEndpoint ?? '',
    tokenEndpoint: provider.tokenEndpoint ?? '',
    userinfoEndpoint: provider.userinfoEndpoint ?? '',
    emailsEndpoint: provider.emailsEndpoint ?? '',
    clientId: provider.clientId,
    clientSecret: '',
    tokenEndpointAuthMethod: provider.tokenEndpointAuthMethod,
    scopes: provider.scopes.join(' '),
    claims: claims === '{}' ? '' : claims,
    trustsEmail: provider.trustsEmail,
    canSignUp: provider.canSignUp,
    isEnabled: provider.isEnabled,
  };
}

/** What is given; empty texts are left to the kind. */
export function createInput(values: ProviderValues): IdentityProviderCreateInput {
  const { slug, name, kind, clientId, scopes, claims, trustsEmail, canSignUp, isEnabled, ...texts } = values;
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
  return {
    ...given,
    ...(scopes.trim() && { scopes: words(scopes) }),
    ...(claims.trim() && { claims: parsed(claims) }),
    slug,
    name,
    kind,
    clientId,
    trustsEmail,
    canSignUp,
    isEnabled,
  };
}

/** Only what differs; an empty secret is the one that is there. */
export function updateInput(
  id: string,
  before: ProviderValues,
  after: ProviderValues,
): IdentityProviderUpdateInput {
  const { slug: _slug, kind: _kind, scopes, claims, ...rest } = changes(before, after);
  const input: IdentityProviderUpdateInput = { id, ...rest };
  if (scopes !== undefined) input.scopes = scopes === null ? null : words(scopes);
  if (claims !== undefined) input.claims = claims === null ? {} : parsed(claims);
  return input;
}
