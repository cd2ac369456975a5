"""A web application that renders its pages: `python examples/web_app.py CLIENT_ID CLIENT_SECRET [ISSUER] [PORT]`.

Kind `web`. Authlib speaks the protocol: code flow with PKCE, state and nonce, the ID token verified against the
published keys, a session of the application's own, sign-out at the provider, and the end of sessions told by it.

Register: redirect URI `http://localhost:3000/callback`, post-logout URI `http://localhost:3000/`, back-channel
logout URI `http://localhost:3000/backchannel`; start Auther with `AUTHER_OUTBOUND_ALLOW=localhost:3000`.
"""

from __future__ import annotations

import secrets
import sys
import time
from html import escape
from urllib.parse import urlencode

import httpx
import uvicorn
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

ALGORITHMS = ["RS256", "ES256", "Ed25519", "EdDSA"]
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
COOKIE = "notes_session"


class App:
    """One application. Sessions are kept in memory: a real one would use its database."""

    def __init__(self, client_id: str, secret: str, issuer: str, port: int) -> None:
        self.client_id, self.secret, self.issuer = client_id, secret, issuer
        self.url = f"http://localhost:{port}"
        self.metadata = httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
        self.keys = KeySet([])
        self.waiting: dict[str, dict[str, str]] = {}
        self.sessions: dict[str, dict[str, str]] = {}
        self.told: set[str] = set()

    async def home(self, request: Request) -> Response:
        session = self.sessions.get(request.cookies.get(COOKIE, ""))
        if session is None:
            return HTMLResponse('<main>Nobody is signed in. <a id="login" href="/login">Sign in</a></main>')
        who = escape(session["email"])
        form = '<form method="post" action="/logout"><button id="logout">Sign out</button></form>'
        return HTMLResponse(f"<main>Hello, {who}. {form}</main>")

    async def login(self, request: Request) -> Response:
        verifier, nonce = generate_token(48), generate_token(24)
        async with self.client() as client:
            url, state = client.create_authorization_url(
                self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        cookie = secrets.token_urlsafe(32)
        self.waiting[cookie] = {"state": state, "verifier": verifier, "nonce": nonce}
        return self.remember(RedirectResponse(url, 303), cookie)

    async def callback(self, request: Request) -> Response:
        waiting = self.waiting.pop(request.cookies.get(COOKIE, ""), None)
        query = request.query_params
        if waiting is None or query.get("state") != waiting["state"] or query.get("iss") != self.issuer:
            return HTMLResponse("This sign-in did not begin here.", 400)
        if "error" in query:
            return HTMLResponse(f"You were not signed in: {escape(query['error'])}", 400)
        async with self.client() as client:
            tokens = await client.fetch_token(
                self.metadata["token_endpoint"], code=query["code"], code_verifier=waiting["verifier"]
            )
        claims = await self.verify(tokens["id_token"])
        if claims["nonce"] != waiting["nonce"]:
            return HTMLResponse("This sign-in did not begin here.", 400)
        cookie = secrets.token_urlsafe(32)  # never the one from before the sign-in
        self.sessions[cookie] = {"email": claims["email"], "sid": claims["sid"], "id_token": tokens["id_token"]}
        return self.remember(RedirectResponse("/", 303), cookie)

    async def logout(self, request: Request) -> Response:
        session = self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        if session is None:
            return RedirectResponse("/", 303)
        query = {"id_token_hint": session["id_token"], "post_logout_redirect_uri": f"{self.url}/"}
        return RedirectResponse(f"{self.metadata['end_session_endpoint']}?{urlencode(query)}", 303)

    async def backchannel(self, request: Request) -> Response:
        """The provider says that a session is over (OpenID Connect Back-Channel Logout §2.6)."""
        try:
            claims = await self.verify(str((await request.form()).get("logout_token")), typ="logout+jwt")
        except (JoseError, ValueError):
            return Response(status_code=400)
        if LOGOUT_EVENT not in claims.get("events", {}) or "nonce" in claims or claims["jti"] in self.told:
            return Response(status_code=400)
        self.told.add(claims["jti"])
        self.sessions = {key: one for key, one in self.sessions.items() if one["sid"] != claims["sid"]}
        return Response(status_code=200, headers={"cache-control": "no-store"})

    def client(self) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            self.client_id,
            self.secret,
            scope="openid email",
            redirect_uri=f"{self.url}/callback",
            code_challenge_method="S256",
        )

    async def verify(self, token: str, typ: str = "JWT") -> dict:
        """The claims of a token that the provider made for us. Keys that are not known yet are fetched once."""
        try:
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            async with httpx.AsyncClient() as http:
                self.keys = KeySet.import_key_set((await http.get(self.metadata["jwks_uri"])).json())
            read = jwt.decode(token, self.keys, algorithms=ALGORITHMS)
        claims = read.claims
        is_ours = read.header.get("typ") == typ and claims["iss"] == self.issuer and claims["aud"] == self.client_id
        if not is_ours or claims["exp"] <= time.time():
            raise ValueError("not for us, or not any more")
        return claims

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
                Route("/logout", self.logout, methods=["POST"]),
                Route("/backchannel", self.backchannel, methods=["POST"]),
            ]
        )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: python {sys.argv[0]} CLIENT_ID CLIENT_SECRET [ISSUER] [PORT]")
    issuer = sys.argv[3] if len(sys.argv) > 3 else "http://localhost:8000"
    port = int(sys.argv[4]) if len(sys.argv) > 4 else 3000
    uvicorn.run(App(sys.argv[1], sys.argv[2], issuer, port).starlette, port=port, log_level="warning")
