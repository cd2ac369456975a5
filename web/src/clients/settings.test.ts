import { expect, test } from 'vitest';
import { type SettingsValues, settingsInput, tidySettings } from './settings';

const before: SettingsValues = {
  name: 'Shop',
  description: '',
  isEnabled: true,
  isFirstParty: false,
  redirectUris: ['https://shop.example.com/cb'],
  postLogoutRedirectUris: [],
  scopes: ['openid'],
  grantTypes: ['authorization_code'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  tokenEndpointAuthSigningAlg: '',
  jwks: '',
  jwksUri: '',
  allowedAudiences: [],
  tokenExchangeClients: [],
  resourceUris: [],
  idTokenSignedResponseAlg: 'RS256',
  accessTokenTtlSeconds: '900',
  refreshTokenTtlSeconds: '1209600',
  clientUri: '',
  logoUri: '',
  requirePkce: true,
  requireMfa: false,
  requirePushedAuthorizationRequests: false,
  requireSignedRequestObject: false,
  requestObjectSigningAlg: '',
  defaultMaxAge: '',
  dpopBoundAccessTokens: false,
  subjectType: 'public',
  sectorIdentifierUri: '',
  userinfoSignedResponseAlg: '',
  introspectionSignedResponseAlg: '',
  backchannelLogoutUri: '',
  backchannelLogoutSessionRequired: false,
  frontchannelLogoutUri: '',
  frontchannelLogoutSessionRequired: false,
};

test('settings send what differs, lifetimes as numbers', () => {
  const after = { ...before, accessTokenTtlSeconds: '600', name: 'Shop 2' };

  expect(settingsInput('cli_1', before, after)).toEqual({
    id: 'cli_1',
    name: 'Shop 2',
    accessTokenTtlSeconds: 600,
  });
});

test('the longest age is a number, and cleared by nothing', () => {
  const limited = { ...before, defaultMaxAge: '0', dpopBoundAccessTokens: true };

  expect(settingsInput('cli_1', before, limited)).toEqual({
    id: 'cli_1',
    defaultMaxAge: 0,
    dpopBoundAccessTokens: true,
  });
  expect(settingsInput('cli_1', limited, { ...limited, defaultMaxAge: '' })).toEqual({
    id: 'cli_1',
    defaultMaxAge: null,
  });
});

test('empty lines of a list do not count as a change', () => {
  const after = tidySettings({ ...before, redirectUris: [' https://shop.example.com/cb ', ''] });

  expect(settingsInput('cli_1', before, after)).toEqual({ id: 'cli_1' });
});

test('keys are sent as the JSON that was typed, and cleared by nothing', () => {
  const keys = { keys: [{ kty: 'OKP' }] };
  const typed = tidySettings({ ...before, jwks: ` ${JSON.stringify(keys)}\n` });

  expect(settingsInput('cli_1', before, typed)).toEqual({ id: 'cli_1', jwks: keys });
  expect(settingsInput('cli_1', typed, before)).toEqual({ id: 'cli_1', jwks: null });
  expect(settingsInput('cli_1', before, { ...before, jwks: 'no json' })).toEqual({
    id: 'cli_1',
    jwks: 'no json',
  });
});
