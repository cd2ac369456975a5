// A device on openid-client: asks for codes, says them, polls until somebody decided, and tells what it got.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';

const [issuer, clientId, scope] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const config = await oidc.discovery(new URL(issuer), clientId, {}, oidc.None(), { execute: [oidc.allowInsecureRequests] });
const codes = await oidc.initiateDeviceAuthorization(config, { scope });
say(codes);
try {
  const tokens = await oidc.pollDeviceAuthorizationGrant(config, codes);
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  const access = await jwtVerify(tokens.access_token, keys, { issuer, typ: 'at+jwt' });
  const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  say({ access: access.payload, claims: tokens.claims(), userinfo, rotated: refreshed.refresh_token !== tokens.refresh_token });
} catch (error) {
  say({ error: error.error ?? String(error) });
}
process.exit(0);
