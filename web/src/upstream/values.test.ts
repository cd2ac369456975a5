import { expect, test } from 'vitest';
import { providersSearch } from './search';
import { createInput, presetValues, updateInput } from './values';

test('a preset fills in what is known of a provider', () => {
  const values = { ...presetValues('github'), clientId: 'us', clientSecret: 's' };

  expect(createInput(values)).toEqual({
    slug: 'github',
    name: 'GitHub',
    kind: 'OAUTH2',
    clientId: 'us',
    clientSecret: 's',
    authorizationEndpoint: 'https://github.com/login/oauth/authorize',
    tokenEndpoint: 'https://github.com/login/oauth/access_token',
    userinfoEndpoint: 'https://api.github.com/user',
    emailsEndpoint: 'https://api.github.com/user/emails',
    tokenEndpointAuthMethod: 'client_secret_post',
    scopes: ['read:user', 'user:email'],
    claims: { sub: 'id', picture: 'avatar_url' },
    trustsEmail: true,
    canSignUp: false,
    isEnabled: true,
  });
});

test('empty fields of a new provider are left to its kind', () => {
  const input = createInput({ ...presetValues('oidc'), slug: 'there', name: 'There', clientId: 'us' });

  expect(input).toEqual({
    slug: 'there',
    name: 'There',
    kind: 'OIDC',
    clientId: 'us',
    tokenEndpointAuthMethod: 'client_secret_basic',
    trustsEmail: false,
    canSignUp: false,
    isEnabled: true,
  });
});

test('a change sends what differs, and no secret that was not typed', () => {
  const before = { ...presetValues('google'), clientId: 'us', scopes: 'openid', claims: '{"sub": "id"}' };

  expect(updateInput('idp_1', before, { ...before, scopes: 'openid  email', claims: '' })).toEqual({
    id: 'idp_1',
    scopes: ['openid', 'email'],
    claims: {},
  });
  expect(updateInput('idp_1', before, { ...before, scopes: '', claims: 'no json' })).toEqual({
    id: 'idp_1',
    scopes: null,
    claims: 'no json',
  });
  expect(updateInput('idp_1', before, { ...before, clientSecret: 'new' })).toEqual({
    id: 'idp_1',
    clientSecret: 'new',
  });
});

test('the address of the page opens known dialogs only', () => {
  expect(providersSearch({ dialog: 'edit', provider: 'idp_1' })).toEqual({
    dialog: 'edit',
    provider: 'idp_1',
  });
  expect(providersSearch({ dialog: 'format', provider: 7 })).toEqual({
    dialog: undefined,
    provider: undefined,
  });
});
