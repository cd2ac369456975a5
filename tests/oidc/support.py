"""A relying party in a few lines, and a person who signs in."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import orjson

from app.clients.service import create_client
from app.clients.types import Client, ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.kit.crypto import b64url
from app.sessions.service import begin_session, find_flow, finish_flow
from app.sessions.types import Session
from app.users.types import User
from tests.support import as_user, commit

CALLBACK = "https://app.example.com/callback"
AFTER_LOGOUT = "https://app.example.com/bye"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@dataclass
class Party:
    """A client, its secret, and the browser of the person who uses it."""

    client: Client
    secret: str | None
    browser: httpx.AsyncClient
    defaults: dict[str, str] = field(default_factory=dict)

    def params(self, **changes: str | None) -> dict[str, str]:
        """Parameters of a request to authorize; None leaves one out."""
        params: dict[str, str | None] = {
            "client_id": self.client.id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile email",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **self.defaults,
            **changes,
        }
        return {name: value for name, value in params.items() if value is not None}

    async def authorize(self, **changes: str | None) -> httpx.Response:
        return await self.browser.get("/oauth2/authorize", params=self.params(**changes))

    async def code(self, **changes: str | None) -> str:
        """An authorization code for who is signed in."""
        return answer_of(await self.authorize(**changes))["code"]

    async def post(self, path: str, form: dict[str, str | None], **options: Any) -> httpx.Response:
        """A call of the client itself: no cookies, its own authentication."""
        data = {name: value for name, value in form.items() if value is not None}
        transport = self.browser._transport
        async with httpx.AsyncClient(transport=transport, base_url=self.browser.base_url) as machine:
            if self.secret is None:
                data = {"client_id": self.client.id, **data}
            elif "auth" not in options and "headers" not in options:
                options["auth"] = (self.client.id, self.secret)
            return await machine.post(path, data=data, **options)

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        return await self.post("/oauth2/token", form)

    async def refresh(self, token: str, **changes: str | None) -> httpx.Response:
        return await self.post("/oauth2/token", {"grant_type": "refresh_token", "refresh_token": token, **changes})

    async def tokens(self, **changes: str | None) -> dict[str, Any]:
        """Tokens for who is signed in."""
        answer = await self.redeem(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def userinfo(self, token: str) -> httpx.Response:
        return await self.browser.get("/oauth2/userinfo", headers={"authorization": f"Bearer {token}"})


async def make_party(browser: httpx.AsyncClient, **changes: Any) -> Party:
    """A committed confidential web client, first-party unless told otherwise."""
    values: dict[str, Any] = {
        "name": "Notes",
        "kind": ClientKind.WEB,
        "is_first_party": True,
        "redirect_uris": (CALLBACK,),
        "post_logout_redirect_uris": (AFTER_LOGOUT,),
        **changes,
    }
    created = await commit(create_client(SYSTEM, NewClient(**values)))
    return Party(created.client, created.secret, browser)


async def sign_in(
    browser: httpx.AsyncClient,
    user: User,
    *,
    replaces: str | None = None,
    amr: tuple[str, ...] = ("pwd",),
    acr: str = "pwd",
) -> Session:
    """Give the browser a session of this user, as the sign-in pages would."""
    new = await commit(
        begin_session(as_user(user), user, amr=amr, acr=acr, browser_id=browser_id(browser), replaces=replaces)
    )
    browser.cookies.set("auther_session", new.token, domain="localhost.local", path="/")
    return new.session


async def complete_flow(browser: httpx.AsyncClient, answer: httpx.Response, user: User) -> str:
    """Sign in where the answer sent the browser; the path that the sign-in pages would return to."""
    flow_id = dict(parse_qsl(urlsplit(answer.headers["location"]).query))["flow"]
    flow = await find_flow(flow_id, browser_id(browser))
    assert flow is not None
    session = await sign_in(browser, user)
    await commit(finish_flow(flow_id, session.id))
    return flow.return_to


def browser_id(browser: httpx.AsyncClient) -> str:
    return sha256((browser.cookies.get("auther_browser") or "none").encode()).hexdigest()


def answer_of(response: httpx.Response, *, at: str = CALLBACK) -> dict[str, str]:
    """The parameters that a redirect takes to the client."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(f"{at}?"), location
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True))


def claims_of(token: str) -> dict[str, Any]:
    return dict(orjson.loads(_decode(token.split(".")[1])))


def header_of(token: str) -> dict[str, Any]:
    return dict(orjson.loads(_decode(token.split(".")[0])))


def left_half(token: str) -> str:
    return b64url(sha256(token.encode()).digest()[:16])


def encode(params: dict[str, str]) -> str:
    return urlencode(params)


def _decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
