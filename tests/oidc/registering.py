"""A program that registers itself, and an operator who lets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import forget_clients
from app.kit import db
from app.kit.actor import SYSTEM
from tests.oidc.support import CALLBACK
from tests.support import commit

PATH = "/oauth2/register"


async def make_initial_token(**changes: Any) -> str:
    """The value of a committed token that may be used any number of times, unless told otherwise."""
    new = NewInitialToken(**{"name": "ci", "max_uses": None, **changes})
    created = await commit(create_initial_token(SYSTEM, new))
    assert created.secret is not None
    return created.secret


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def metadata(**changes: Any) -> dict[str, Any]:
    """What a web application says of itself; None leaves a member out."""
    members = {"client_name": "Notes", "redirect_uris": [CALLBACK], **changes}
    return {name: value for name, value in members.items() if value is not None}


@dataclass
class Registrar:
    """Registers with one initial access token."""

    http: httpx.AsyncClient
    token: str

    async def send(self, document: Any) -> httpx.Response:
        return await self.http.post(PATH, json=document, headers=bearer(self.token))

    async def register(self, **changes: Any) -> dict[str, Any]:
        """What the server answers to who registers successfully."""
        answer = await self.send(metadata(**changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def manage(self, method: str, client: dict[str, Any], **options: Any) -> httpx.Response:
        """Call the client's own address with its own token."""
        options.setdefault("headers", bearer(client["registration_access_token"]))
        return await self.http.request(method, f"{PATH}/{client['client_id']}", **options)


async def count_clients() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM clients_client"))


async def describe_itself(client_id: str) -> None:
    """Make a client of ours one that registered itself."""
    await db.execute("UPDATE clients_client SET source = 'registration' WHERE id = $1", client_id)
    forget_clients()


async def stored(client_id: str) -> dict[str, Any]:
    """The client's row."""
    row = await db.fetch_row("SELECT * FROM clients_client WHERE id = $1", client_id)
    assert row is not None
    return dict(row)
