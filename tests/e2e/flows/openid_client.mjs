// A relying party on openid-client: says where to send the browser, takes the callback on standard input, then uses what it got.
import { createInterface } from 'node:readline/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';

const [issuer, clientId, clientSecret, redirectUri, scope, postLogoutUri] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const authentication = clientSecret ? oidc.ClientSecretBasic(clientSecret) : oidc.None();
const config = await oidc.discovery(new URL(issuer), clientId, {}, authentication, {
  execute: [oidc.allowInsecureRequests],
});
const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const expectedState = oidc.randomState();
const expectedNonce = oidc.randomNonce();
say({
  authorize: oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  }).href,
});

const input = createInterface({ input: process.stdin });
const callback = new URL((await input[Symbol.asyncIterator]().next()).value);
const tokens = await oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true });
const claims = tokens.claims();
const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
const access = await jwtVerify(tokens.access_token, keys, { issuer, typ: 'at+jwt' });
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
const refreshed = tokens.refresh_token ? await oidc.refreshTokenGrant(config, tokens.refresh_token) : undefined;
say({
  claims,
  access: access.payload,
  accessHeader: access.protectedHeader,
  userinfo,
  refreshed: refreshed && { rotated: refreshed.refresh_token !== tokens.refresh_token, sub: refreshed.claims()?.sub },
  signOut: oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: postLogoutUri, state: 'bye' }).href,
});

if ((await input[Symbol.asyncIterator]().next()).value === 'after sign-out') {
  const outcome = refreshed
    ? await oidc.refreshTokenGrant(config, refreshed.refresh_token).then(() => 'refreshed', (error) => error.error ?? String(error))
    : 'none';
  say({ afterSignOut: outcome });
}
process.exit(0);
