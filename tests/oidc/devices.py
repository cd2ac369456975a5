"""A device with its own client, and the browser of the person who lets it in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx

from app.clients.types import ClientKind
from tests.oidc.support import Party, make_party

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "openid profile offline_access"


@dataclass
class Device(Party):
    """A device, and the answer to its request."""

    asked: dict[str, Any] | None = None

    async def begin(self, **form: str | None) -> dict[str, Any]:
        answer = await self.post("/oauth2/device_authorization", {"scope": SCOPE, **form})
        assert answer.status_code == 200, answer.text
        self.asked = dict(answer.json())
        return self.asked

    async def poll(self, **form: str | None) -> httpx.Response:
        code = self.asked["device_code"] if self.asked else None
        return await self.post("/oauth2/token", {"grant_type": GRANT, "device_code": code, **form})

    async def heard(self) -> str:
        """What the next poll is told: an error, or `tokens`."""
        body = (await self.poll()).json()
        return "tokens" if "access_token" in body else str(body["error"])

    async def type_code(self, code: str | None = None, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """Open the page and type a code (default: the one that the device shows)."""
        browser = browser or self.browser
        page = await browser.get("/device")
        typed = code if code is not None else self.asked["user_code"] if self.asked else ""
        return await browser.post("/device", data={**hidden_fields(page.text), "user_code": typed})

    async def decide(self, path: str, decision: str, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """Answer the question at this path."""
        browser = browser or self.browser
        page = await browser.get(path)
        return await browser.post(path, data={**hidden_fields(page.text), "decision": decision})

    async def let_in(self) -> None:
        """Type the code and allow it."""
        typed = await self.type_code()
        assert typed.status_code == 303, typed.text
        answer = await self.decide(typed.headers["location"], "allow")
        assert answer.headers["location"] == "/device/done?decision=allowed", answer.text


def hidden_fields(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


async def make_device(browser: httpx.AsyncClient, **changes: Any) -> Device:
    """A committed public device client of our own."""
    values: dict[str, Any] = {"kind": ClientKind.DEVICE, "name": "Television", "redirect_uris": ()}
    party = await make_party(browser, **{**values, "post_logout_redirect_uris": (), **changes})
    return Device(party.client, party.secret, browser)
