// A resource server on jose: lets in whoever brings an access token (RFC 9068) that the published keys verify, nobody else.
import { createServer } from 'node:http';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const [issuer, audience] = process.argv.slice(2);
const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));

const server = createServer(async (request, response) => {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  try {
    if (scheme !== 'Bearer') throw new Error('no token');
    const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ payload, protectedHeader }));
  } catch (error) {
    response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
    response.end(error.code ?? error.message);
  }
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`));
