// A machine on openid-client: proves itself by a key, gets a token, trades it, asks what it is worth.
import { importJWK } from 'jose';
import * as oidc from 'openid-client';

const [issuer, clientId, privateJwk] = process.argv.slice(2);
const jwk = JSON.parse(privateJwk);
const key = { key: await importJWK(jwk, jwk.alg), kid: jwk.kid };
const config = await oidc.discovery(new URL(issuer), clientId, {}, oidc.PrivateKeyJwt(key), {
  execute: [oidc.allowInsecureRequests],
});
const own = await oidc.clientCredentialsGrant(config, { scope: 'read write' });
const traded = await oidc.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
  subject_token: own.access_token,
  subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  scope: 'read',
});
const seen = await oidc.tokenIntrospection(config, traded.access_token);
await oidc.tokenRevocation(config, traded.access_token);
const after = await oidc.tokenIntrospection(config, traded.access_token);
process.stdout.write(`${JSON.stringify({ scope: own.scope, seen, after })}\n`);
process.exit(0);
