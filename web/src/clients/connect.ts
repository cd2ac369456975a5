import type { ClientDetailFieldsFragment } from '../gen/graphql';

export type ConnectedClient = Pick<
  ClientDetailFieldsFragment,
  'id' | 'kind' | 'redirectUris' | 'postLogoutRedirectUris' | 'scopes' | 'tokenEndpointAuthMethod'
>;

export interface Value {
  label: string;
  value: string;
}

export interface Snippet {
  id: string;
  label: string;
  code: string;
}

const SECRET_PLACEHOLDER = '<the client secret>';

export function hasSecret(client: Pick<ConnectedClient, 'tokenEndpointAuthMethod'>): boolean {
  return client.tokenEndpointAuthMethod.startsWith('client_secret');
}

/** The server takes the secret only in the way that the client is registered for. */
function sendsSecretInBody(client: ConnectedClient): boolean {
  return client.tokenEndpointAuthMethod === 'client_secret_post';
}

/** The addresses that an app of this kind is configured with, at the paths of the discovery document. */
export function endpoints(client: ConnectedClient, issuer: string): Value[] {
  const base = issuer.replace(/\/$/, '');
  const signIn = ['WEB', 'SPA', 'NATIVE'].includes(client.kind);
  return [
    { label: 'Client id', value: client.id },
    { label: 'Issuer', value: issuer },
    { label: 'Discovery', value: `${base}/.well-known/openid-configuration` },
    ...(signIn ? [{ label: 'Authorize', value: `${base}/oauth2/authorize` }] : []),
    ...(client.kind === 'DEVICE'
      ? [{ label: 'Device code', value: `${base}/oauth2/device_authorization` }]
      : []),
    { label: 'Token', value: `${base}/oauth2/token` },
    ...(client.kind === 'MACHINE' ? [] : [{ label: 'User info', value: `${base}/oauth2/userinfo` }]),
    { label: 'Public keys', value: `${base}/oauth2/jwks` },
    ...(signIn ? [{ label: 'Sign-out', value: `${base}/oauth2/logout` }] : []),
  ];
}

/** Ready-made code for an app of this kind, most useful first. */
export function snippets(client: ConnectedClient, issuer: string, secret: string | null = null): Snippet[] {
  const env = { id: 'env', label: '.env', code: environment(client, issuer, secret) };
  switch (client.kind) {
    case 'WEB':
      return [
        env,
        { id: 'authlib', label: 'Python', code: authlib(client, issuer) },
        { id: 'openid-client', label: 'Node.js', code: openidClient(client, issuer) },
      ];
    case 'SPA':
      return [{ id: 'oidc-client-ts', label: 'Browser', code: oidcClientTs(client, issuer) }, env];
    case 'NATIVE':
      return [{ id: 'appauth', label: 'AppAuth', code: appAuth(client, issuer) }, env];
    case 'MACHINE':
      return [{ id: 'curl', label: 'curl', code: clientCredentials(client, issuer, secret) }, env];
    case 'DEVICE':
      return [{ id: 'curl', label: 'curl', code: deviceFlow(client, issuer) }, env];
  }
}

function scopeText(client: ConnectedClient): string {
  return client.scopes.join(' ');
}

function js(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function shell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function environment(client: ConnectedClient, issuer: string, secret: string | null): string {
  const lines = [`AUTHER_ISSUER=${issuer}`, `AUTHER_CLIENT_ID=${client.id}`];
  if (hasSecret(client)) lines.push(`AUTHER_CLIENT_SECRET=${secret ?? SECRET_PLACEHOLDER}`);
  const [redirect] = client.redirectUris;
  if (redirect) lines.push(`AUTHER_REDIRECT_URI=${redirect}`);
  return lines.join('\n');
}

function authlib(client: ConnectedClient, issuer: string): string {
  return `import os
from authlib.integrations.starlette_client import OAuth

oauth = OAuth()
oauth.register(
    "auther",
    client_id=os.environ["AUTHER_CLIENT_ID"],
    client_secret=os.environ["AUTHER_CLIENT_SECRET"],
    server_metadata_url=${JSON.stringify(`${issuer}/.well-known/openid-configuration`)},
    client_kwargs={
        "scope": ${JSON.stringify(scopeText(client))},
        "code_challenge_method": "S256",
        "token_endpoint_auth_method": ${JSON.stringify(client.tokenEndpointAuthMethod)},
    },
)

# GET /login:     return await oauth.auther.authorize_redirect(request, os.environ["AUTHER_REDIRECT_URI"])
# GET /callback:  token = await oauth.auther.authorize_access_token(request); user = token["userinfo"]`;
}

function openidClient(client: ConnectedClient, issuer: string): string {
  const insecure = issuer.startsWith('http:') ? '\n  { execute: [oidc.allowInsecureRequests] },' : '';
  const proof = sendsSecretInBody(client) ? 'ClientSecretPost' : 'ClientSecretBasic';
  return `import * as oidc from 'openid-client';

const auther = await oidc.discovery(
  new URL(${js(issuer)}),
  process.env.AUTHER_CLIENT_ID,
  undefined,
  oidc.${proof}(process.env.AUTHER_CLIENT_SECRET),${insecure}
);

const verifier = oidc.randomPKCECodeVerifier(); // keep both in the session
const state = oidc.randomState();
const signIn = oidc.buildAuthorizationUrl(auther, {
  redirect_uri: process.env.AUTHER_REDIRECT_URI,
  scope: ${js(scopeText(client))},
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state,
});

// In the callback:
const tokens = await oidc.authorizationCodeGrant(auther, new URL(request.url), {
  pkceCodeVerifier: verifier,
  expectedState: state,
});`;
}

function oidcClientTs(client: ConnectedClient, issuer: string): string {
  const [redirect = 'https://app.example.com/callback'] = client.redirectUris;
  const [afterSignOut] = client.postLogoutRedirectUris;
  const signOut = afterSignOut ? `\n  post_logout_redirect_uri: ${js(afterSignOut)},` : '';
  return `import { UserManager } from 'oidc-client-ts';

export const auther = new UserManager({
  authority: ${js(issuer)},
  client_id: ${js(client.id)},
  redirect_uri: ${js(redirect)},${signOut}
  scope: ${js(scopeText(client))},
});

// The button:        auther.signinRedirect()
// The redirect URI:  const user = await auther.signinCallback()`;
}

function appAuth(client: ConnectedClient, issuer: string): string {
  const [redirect = 'com.example.app:/callback'] = client.redirectUris;
  const config = { issuer, clientId: client.id, redirectUrl: redirect, scopes: client.scopes };
  return `import { authorize } from 'react-native-app-auth';

const { accessToken, refreshToken } = await authorize(${JSON.stringify(config, null, 2)});`;
}

function clientCredentials(client: ConnectedClient, issuer: string, secret: string | null): string {
  const value = secret ?? SECRET_PLACEHOLDER;
  const proof = sendsSecretInBody(client)
    ? `-d ${shell(`client_id=${client.id}`)} -d ${shell(`client_secret=${value}`)}`
    : `-u ${shell(`${client.id}:${value}`)}`;
  const scope = client.scopes.length > 0 ? ` \\\n  -d ${shell(`scope=${scopeText(client)}`)}` : '';
  return `curl ${shell(`${issuer}/oauth2/token`)} \\
  ${proof} \\
  -d grant_type=client_credentials${scope}`;
}

function deviceFlow(client: ConnectedClient, issuer: string): string {
  return `# 1. Ask for a code and show user_code and verification_uri to the person
curl ${shell(`${issuer}/oauth2/device_authorization`)} \\
  -d ${shell(`client_id=${client.id}`)} \\
  -d ${shell(`scope=${scopeText(client)}`)}

# 2. Ask every five seconds until they have entered it
curl ${shell(`${issuer}/oauth2/token`)} \\
  -d grant_type=urn:ietf:params:oauth:grant-type:device_code \\
  -d ${shell(`client_id=${client.id}`)} \\
  -d device_code=<device_code>`;
}
