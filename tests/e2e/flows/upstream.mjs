// An identity provider on oauth2-mock-server: whoever comes is Hedy, whose address is verified. Says where it is.
import { OAuth2Server } from 'oauth2-mock-server';

const [port] = process.argv.slice(2);
const server = new OAuth2Server();
await server.issuer.keys.generate('ES256');
server.service.on('beforeTokenSigning', (token) => {
  Object.assign(token.payload, { sub: '1914', email: 'hedy@example.com', email_verified: true, name: 'Hedy Lamarr' });
});
await server.start(Number(port), 'localhost');
process.stdout.write(`${server.issuer.url}\n`);
