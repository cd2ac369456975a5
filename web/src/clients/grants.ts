import type { ClientKind } from '../gen/graphql';

export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** Names and meaning of the grants, in the order in which they are shown. */
export const GRANT_FACTS: Record<string, { label: string; summary: string }> = {
  authorization_code: { label: 'Authorization code', summary: 'People sign in by redirect' },
  refresh_token: { label: 'Refresh token', summary: 'Sign-ins go on without the person' },
  client_credentials: { label: 'Client credentials', summary: 'The client acts as itself' },
  [DEVICE_CODE]: { label: 'Device code', summary: 'People let it in on another screen' },
  [TOKEN_EXCHANGE]: { label: 'Token exchange', summary: 'It trades a token for another one' },
};

/** What each kind may use; the server has the same table. */
export const GRANTS_OF: Record<ClientKind, readonly string[]> = {
  WEB: ['authorization_code', 'refresh_token', 'client_credentials', DEVICE_CODE, TOKEN_EXCHANGE],
  SPA: ['authorization_code', 'refresh_token'],
  NATIVE: ['authorization_code', 'refresh_token', DEVICE_CODE],
  MACHINE: ['client_credentials', TOKEN_EXCHANGE],
  DEVICE: [DEVICE_CODE, 'refresh_token'],
};

export const PRIVATE_KEY = 'private_key_jwt';
export const AUTH_METHODS = [
  { value: 'client_secret_basic', label: 'Secret in the header (client_secret_basic)' },
  { value: 'client_secret_post', label: 'Secret in the body (client_secret_post)' },
  { value: PRIVATE_KEY, label: 'Signed assertion (private_key_jwt)' },
];
export const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const;
