// A relying party on openid-client that proves itself by a key, pushes or signs its request, and binds its tokens to a key (DPoP).
import { createInterface } from 'node:readline/promises';
import { calculateJwkThumbprint, exportJWK, importJWK } from 'jose';
import * as oidc from 'openid-client';

const [issuer, clientId, privateJwk, redirectUri, scope, mode] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const jwk = JSON.parse(privateJwk);
const key = { key: await importJWK(jwk, jwk.alg), kid: jwk.kid };
const config = await oidc.discovery(new URL(issuer), clientId, {}, oidc.PrivateKeyJwt(key), {
  execute: [oidc.allowInsecureRequests],
});
const pair = await oidc.randomDPoPKeyPair('ES256', { extractable: true });
const DPoP = oidc.getDPoPHandle(config, pair);
const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
const expectedState = oidc.randomState();
const expectedNonce = oidc.randomNonce();
const wish = {
  redirect_uri: redirectUri,
  scope,
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
};
const signed = async () => Object.fromEntries((await oidc.buildAuthorizationUrlWithJAR(config, wish, key)).searchParams);
const authorize = {
  pushed: () => oidc.buildAuthorizationUrlWithPAR(config, wish, { DPoP }),
  signed: async () => oidc.buildAuthorizationUrlWithJAR(config, wish, key),
  both: async () => oidc.buildAuthorizationUrlWithPAR(config, await signed(), { DPoP }),
}[mode];
say({ authorize: (await authorize()).href });

const input = createInterface({ input: process.stdin });
const callback = new URL((await input[Symbol.asyncIterator]().next()).value);
const tokens = await oidc.authorizationCodeGrant(
  config, callback, { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }, undefined, { DPoP },
);
const { sub } = tokens.claims();
const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
const asBearer = await oidc.fetchUserInfo(config, tokens.access_token, sub).then(() => 'read', (error) => error.status ?? String(error));
const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
const seen = await oidc.tokenIntrospection(config, refreshed.access_token);
await oidc.tokenRevocation(config, refreshed.refresh_token);
const after = await oidc.tokenIntrospection(config, refreshed.access_token);
say({
  tokenType: tokens.token_type,
  sub,
  userinfo,
  asBearer,
  seen,
  after,
  thumbprint: await calculateJwkThumbprint(await exportJWK(pair.publicKey)),
});
process.exit(0);
