"""One web application for several tenants: `python examples/saas.py SETUP [ISSUER] [PORT]`.

SETUP is the JSON that `saas_setup.py` prints. Authlib speaks the protocol. A tenant is a resource (RFC 8707): the
application asks for all of its tenants at sign-in, and then for tokens for one at a time. So a token carries what its
user may do at the active tenant, and nothing of the others; another tenant is another token, from the refresh token.
Somebody who belongs to no tenant gets tokens in which nothing stands.

`/login`, `/switch/acme` (POST), `/` (who and where), `/acme/invoices/42?permission=read`. An authorization names five
resources at most: with more tenants, switch by another authorization with `prompt=none`.
"""

from __future__ import annotations

import json
import secrets
import sys
import time

import httpx
import uvicorn
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]
COOKIE = "invoices_session"
AMOUNTS = {"42": 300, "43": 90_000}
KEYS_SECONDS = 300
SEARCH_SECONDS = 10


class TenantApi:
    """What stands in front of one tenant's data. It trusts tokens that are for this tenant, whoever brings them."""

    def __init__(self, issuer: str, client_id: str, resource: str) -> None:
        self.issuer, self.client_id, self.resource = issuer, client_id, resource
        self.http = httpx.AsyncClient(timeout=10)
        self.keys, self.fetched_at, self.live_checks = KeySet([]), 0.0, 0

    async def answer(self, token: str, invoice: str, permission: str) -> Response:
        try:
            claims = await self.verify(token)
        except (JoseError, ValueError):
            return JSONResponse({"error": "no token for this tenant"}, 401)
        is_allowed = await self.may(claims, token, invoice, permission)
        told = {"allowed": is_allowed, "liveChecks": self.live_checks}
        return JSONResponse(told, 200 if is_allowed else 403)

    async def may(self, claims: dict, token: str, invoice: str, permission: str) -> bool:
        """Absent: denied. There and not in `abac_required`: allowed. Else, or if the map was cut: the live check."""
        kind = f"{self.client_id}:invoice"
        held = [name for name in (kind, f"{kind}:{invoice}") if permission in claims["permissions"].get(name, ())]
        if any(permission not in claims["abac_required"].get(name, ()) for name in held):
            return True
        if not held and not claims.get("permissions_truncated"):
            return False
        self.live_checks += 1
        question = {
            "entityType": kind,
            "entityId": invoice,
            "permission": permission,
            "resource": {"attributes": {"amount": AMOUNTS.get(invoice, 0)}},
        }
        bearer = {"authorization": f"Bearer {token}"}
        answer = await self.http.post(f"{self.issuer}/api/auth/check-permission", json=question, headers=bearer)
        return answer.status_code == 200 and answer.json()["allowed"] is True

    async def verify(self, token: str) -> dict:
        """The claims of an access token (RFC 9068) for this tenant."""
        if time.time() - self.fetched_at > KEYS_SECONDS:
            await self.fetch_keys()
        try:
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if time.time() - self.fetched_at < SEARCH_SECONDS:
                raise
            await self.fetch_keys()
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        claims = read.claims
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        is_ours = read.header.get("typ") == "at+jwt" and claims["iss"] == self.issuer and self.resource in audience
        if not is_ours or claims["exp"] <= time.time():
            raise ValueError("no access token for this tenant, or not any more")
        return claims

    async def fetch_keys(self) -> None:
        answer = await self.http.get(f"{self.issuer}/.well-known/jwks.json")
        self.keys, self.fetched_at = KeySet.import_key_set(answer.raise_for_status().json()), time.time()


class App:
    """The application that everybody uses. Sessions are kept in memory: a real one would use its database."""

    def __init__(self, setup: dict, issuer: str, port: int) -> None:
        self.client_id, self.secret, self.issuer = setup["client_id"], setup["secret"], issuer
        self.url = f"http://localhost:{port}"
        self.metadata = httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
        self.tenants = {name: TenantApi(issuer, **each) for name, each in setup["tenants"].items()}
        self.waiting: dict[str, dict[str, str]] = {}
        self.sessions: dict[str, dict] = {}

    async def home(self, request: Request) -> Response:
        session = self.session_of(request)
        if session is None:
            return JSONResponse({"error": "sign in at /login"}, 401)
        claims = await self.tenants[session["tenant"]].verify(session["access_token"])
        return JSONResponse({"sub": claims["sub"], "tenant": session["tenant"], "permissions": claims["permissions"]})

    async def login(self, request: Request) -> Response:
        verifier, cookie = generate_token(48), secrets.token_urlsafe(32)
        async with self.client() as client:
            url, state = client.create_authorization_url(
                self.metadata["authorization_endpoint"],
                code_verifier=verifier,
                resource=[each.resource for each in self.tenants.values()],
            )
        self.waiting[cookie] = {"state": state, "verifier": verifier}
        return self.remember(RedirectResponse(url, 303), cookie)

    async def callback(self, request: Request) -> Response:
        waiting = self.waiting.pop(request.cookies.get(COOKIE, ""), None)
        query, tenant = request.query_params, next(iter(self.tenants))
        is_ours = waiting is not None and query.get("state") == waiting["state"] and query.get("iss") == self.issuer
        if waiting is None or not is_ours or "code" not in query:
            return JSONResponse({"error": "this sign-in did not begin here, or was refused"}, 400)
        async with self.client() as client:
            tokens = await client.fetch_token(
                self.metadata["token_endpoint"],
                code=query["code"],
                code_verifier=waiting["verifier"],
                resource=self.tenants[tenant].resource,
            )
        cookie = secrets.token_urlsafe(32)  # never the one from before the sign-in
        self.sessions[cookie] = self.session_at(tenant, tokens)
        return self.remember(RedirectResponse("/", 303), cookie)

    async def switch(self, request: Request) -> Response:
        """Another tenant is another token. What the former one carried stays with the former one."""
        session, tenant = self.session_of(request), request.path_params["tenant"]
        if session is None or tenant not in self.tenants:
            return JSONResponse({"error": "sign in at /login, and name a tenant"}, 401)
        async with self.client() as client:
            tokens = await client.refresh_token(
                self.metadata["token_endpoint"],
                refresh_token=session["refresh_token"],
                resource=self.tenants[tenant].resource,
            )
        session |= self.session_at(tenant, tokens)
        return RedirectResponse("/", 303)

    async def invoice(self, request: Request) -> Response:
        session, tenant = self.session_of(request), self.tenants.get(request.path_params["tenant"])
        if session is None or tenant is None:
            return JSONResponse({"error": "sign in at /login, and name a tenant"}, 401)
        return await tenant.answer(
            session["access_token"], request.path_params["id"], request.query_params["permission"]
        )

    def session_of(self, request: Request) -> dict | None:
        return self.sessions.get(request.cookies.get(COOKIE, ""))

    def session_at(self, tenant: str, tokens: dict) -> dict:
        return {"tenant": tenant, **{name: tokens[name] for name in ("access_token", "refresh_token")}}

    def client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.client_id,
            self.secret,
            scope="openid email",
            redirect_uri=f"{self.url}/callback",
            code_challenge_method="S256",
        )

    def remember(self, response: Response, cookie: str) -> Response:
        response.set_cookie(COOKIE, cookie, httponly=True, samesite="lax")
        return response

    @property
    def starlette(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/login", self.login),
                Route("/callback", self.callback),
                Route("/switch/{tenant}", self.switch, methods=["POST"]),
                Route("/{tenant}/invoices/{id}", self.invoice),
            ]
        )


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(f"usage: python {sys.argv[0]} SETUP [ISSUER] [PORT]")
    issuer = sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8000"
    port = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    uvicorn.run(App(json.loads(sys.argv[1]), issuer, port).starlette, port=port, log_level="warning")
