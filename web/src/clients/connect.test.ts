import { describe, expect, test } from 'vitest';
import type { ClientKind } from '../gen/graphql';
import { type ConnectedClient, endpoints, snippets } from './connect';

const ISSUER = 'https://id.example.com';

function client(kind: ClientKind, changes: Partial<ConnectedClient> = {}): ConnectedClient {
  return {
    id: 'cli_1',
    kind,
    redirectUris: ['https://app.example.com/cb'],
    postLogoutRedirectUris: [],
    scopes: ['openid', 'email'],
    tokenEndpointAuthMethod: kind === 'WEB' || kind === 'MACHINE' ? 'client_secret_basic' : 'none',
    ...changes,
  };
}

function code(of: ConnectedClient, id: string, issuer = ISSUER, secret: string | null = null): string {
  return snippets(of, issuer, secret).find((snippet) => snippet.id === id)?.code ?? '';
}

describe('endpoints', () => {
  test('a web app gets the addresses of the code flow', () => {
    expect(endpoints(client('WEB'), ISSUER)).toEqual([
      { label: 'Client id', value: 'cli_1' },
      { label: 'Issuer', value: ISSUER },
      { label: 'Discovery', value: `${ISSUER}/.well-known/openid-configuration` },
      { label: 'Authorize', value: `${ISSUER}/oauth2/authorize` },
      { label: 'Token', value: `${ISSUER}/oauth2/token` },
      { label: 'User info', value: `${ISSUER}/oauth2/userinfo` },
      { label: 'Public keys', value: `${ISSUER}/oauth2/jwks` },
      { label: 'Sign-out', value: `${ISSUER}/oauth2/logout` },
    ]);
  });

  test.each<[ClientKind, string[]]>([
    ['MACHINE', ['Client id', 'Issuer', 'Discovery', 'Token', 'Public keys']],
    ['DEVICE', ['Client id', 'Issuer', 'Discovery', 'Device code', 'Token', 'User info', 'Public keys']],
  ])('a %s gets only what it calls', (kind, labels) => {
    expect(endpoints(client(kind), ISSUER).map(({ label }) => label)).toEqual(labels);
  });
});

describe('snippets', () => {
  test('the environment of a confidential client has a place for the secret, or the secret', () => {
    expect(code(client('WEB'), 'env')).toBe(
      [
        `AUTHER_ISSUER=${ISSUER}`,
        'AUTHER_CLIENT_ID=cli_1',
        'AUTHER_CLIENT_SECRET=<the client secret>',
        'AUTHER_REDIRECT_URI=https://app.example.com/cb',
      ].join('\n'),
    );
    expect(code(client('WEB'), 'env', ISSUER, 's3cret')).toContain('AUTHER_CLIENT_SECRET=s3cret');
  });

  test('a public client is shown no secret anywhere', () => {
    for (const kind of ['SPA', 'NATIVE', 'DEVICE'] as const) {
      for (const snippet of snippets(client(kind), ISSUER)) expect(snippet.code).not.toContain('SECRET');
    }
  });

  test('every kind starts with the code for its platform', () => {
    const first = (kind: ClientKind) => snippets(client(kind), ISSUER)[0]?.id;

    expect(['WEB', 'SPA', 'NATIVE', 'MACHINE', 'DEVICE'].map((kind) => first(kind as ClientKind))).toEqual([
      'env',
      'oidc-client-ts',
      'appauth',
      'curl',
      'curl',
    ]);
  });

  test('only an issuer without TLS allows insecure requests', () => {
    expect(code(client('WEB'), 'openid-client')).not.toContain('allowInsecureRequests');
    expect(code(client('WEB'), 'openid-client', 'http://localhost:8000')).toContain('allowInsecureRequests');
  });

  test('quotes cannot leave the strings they stand in', () => {
    const hostile = client('MACHINE', { scopes: ["a'; rm -rf ~; '"] });

    expect(code(hostile, 'curl')).toContain(`-d 'scope=a'\\''; rm -rf ~; '\\'''`);
    expect(code(client('SPA', { redirectUris: ["https://x/'+alert(1)+'"] }), 'oidc-client-ts')).toContain(
      `redirect_uri: 'https://x/\\'+alert(1)+\\''`,
    );
  });

  test('the secret is sent in the way that the client is registered for', () => {
    const post = { tokenEndpointAuthMethod: 'client_secret_post' };

    expect(code(client('WEB'), 'openid-client')).toContain('oidc.ClientSecretBasic(');
    expect(code(client('WEB', post), 'openid-client')).toContain('oidc.ClientSecretPost(');
    expect(code(client('WEB'), 'authlib')).toContain('"token_endpoint_auth_method": "client_secret_basic"');
    expect(code(client('MACHINE'), 'curl', ISSUER, 's3cret')).toContain("-u 'cli_1:s3cret'");
    expect(code(client('MACHINE', post), 'curl', ISSUER, 's3cret')).toContain(
      "-d 'client_id=cli_1' -d 'client_secret=s3cret'",
    );
  });

  test('a machine without scopes asks for none', () => {
    expect(code(client('MACHINE', { scopes: [] }), 'curl')).not.toContain('scope');
  });
});
