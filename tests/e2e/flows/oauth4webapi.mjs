// A relying party on oauth4webapi, which checks every answer strictly: sign-in, refresh, userinfo, introspection, revocation.
import { createInterface } from 'node:readline/promises';
import * as oauth from 'oauth4webapi';

const [issuerUrl, clientId, clientSecret, redirectUri, scope] = process.argv.slice(2);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const insecure = { [oauth.allowInsecureRequests]: true };

const issuer = new URL(issuerUrl);
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const client = { client_id: clientId };
const proof = clientSecret ? oauth.ClientSecretBasic(clientSecret) : oauth.None();
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();

const authorize = new URL(as.authorization_endpoint);
Object.entries({
  client_id: clientId,
  redirect_uri: redirectUri,
  response_type: 'code',
  scope,
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
}).forEach(([name, value]) => authorize.searchParams.set(name, value));
say({ authorize: authorize.href });

const input = createInterface({ input: process.stdin });
const callback = new URL((await input[Symbol.asyncIterator]().next()).value);
const answer = oauth.validateAuthResponse(as, client, callback, state);
const redeemed = await oauth.authorizationCodeGrantRequest(as, client, proof, answer, redirectUri, verifier, insecure);
const tokens = await oauth.processAuthorizationCodeResponse(as, client, redeemed, { expectedNonce: nonce, requireIdToken: true, maxAge: 300 });
await oauth.validateApplicationLevelSignature(as, redeemed, insecure);
const claims = oauth.getValidatedIdTokenClaims(tokens);

const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure));
const call = new Request('http://localhost/api', { headers: { authorization: `Bearer ${tokens.access_token}` } });
const access = await oauth.validateJwtAccessToken(as, call, issuerUrl, insecure);

const refreshed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token, insecure));
const introspect = async (token) =>
  oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, proof, token, insecure));
const live = clientSecret ? await introspect(refreshed.access_token) : undefined;
await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, refreshed.refresh_token, insecure));
const dead = clientSecret ? await introspect(refreshed.access_token) : undefined;
const refused = await oauth
  .processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, proof, refreshed.refresh_token, insecure))
  .then(() => 'refreshed', (error) => error.error ?? String(error));
say({ claims, userinfo, access, rotated: refreshed.refresh_token !== tokens.refresh_token, live, dead, refused });
process.exit(0);
