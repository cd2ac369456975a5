// A native application on AppAuth: opens the person's browser, listens on a loopback port, refreshes, revokes.
const appauth = require('@openid/appauth');
const { setFlag } = require('@openid/appauth/built/flags');
const { NodeBasedHandler } = require('@openid/appauth/built/node_support/node_request_handler');
const { NodeCrypto } = require('@openid/appauth/built/node_support/crypto_utils');
const { NodeRequestor } = require('@openid/appauth/built/node_support/node_requestor');

setFlag('IS_LOG', false);
const [issuer, clientId, port, scope] = process.argv.slice(2);
const redirectUri = `http://127.0.0.1:${port}/callback`;
const requestor = new NodeRequestor();

async function main() {
  const configuration = await appauth.AuthorizationServiceConfiguration.fetchFromIssuer(issuer, requestor);
  const request = new appauth.AuthorizationRequest(
    { client_id: clientId, redirect_uri: redirectUri, scope, response_type: appauth.AuthorizationRequest.RESPONSE_TYPE_CODE },
    new NodeCrypto(),
  );
  const handler = new NodeBasedHandler(Number(port));
  const notifier = new appauth.AuthorizationNotifier();
  handler.setAuthorizationNotifier(notifier);
  const answered = new Promise((resolve, reject) => {
    notifier.setAuthorizationListener((_, response, error) => (response ? resolve(response) : reject(new Error(error.error))));
  });
  handler.performAuthorizationRequest(configuration, request);
  const { code, state } = await answered;

  const tokens = new appauth.BaseTokenRequestHandler(requestor);
  const common = { client_id: clientId, redirect_uri: redirectUri };
  const first = await tokens.performTokenRequest(
    configuration,
    new appauth.TokenRequest({
      ...common,
      grant_type: appauth.GRANT_TYPE_AUTHORIZATION_CODE,
      code,
      extras: { code_verifier: request.internal.code_verifier },
    }),
  );
  const second = await tokens.performTokenRequest(
    configuration,
    new appauth.TokenRequest({ ...common, grant_type: appauth.GRANT_TYPE_REFRESH_TOKEN, refresh_token: first.refreshToken }),
  );
  return {
    isSameState: state === request.state,
    scope: first.scope,
    idToken: first.idToken,
    rotated: first.refreshToken !== second.refreshToken,
    accessToken: second.accessToken,
    refreshToken: second.refreshToken,
  };
}

main().then(
  (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)),
  (error) => process.stdout.write(`${JSON.stringify({ error: error.message ?? String(error) })}\n`, () => process.exit(1)),
);
