"""What tests of the live check have in common: documents of a client, people who may read some, tokens to ask with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from app.authz.service.tuples import write_tuples
from app.authz.types import ConditionRef, RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM
from app.users.types import User
from tests.authz.answers.support import save_app_of
from tests.oidc.support import Party
from tests.support import commit

CHECK = "/api/auth/check-permission"
LIST = "/api/auth/list-objects"
EVALUATION = "/access/v1/evaluation"
EVALUATIONS = "/access/v1/evaluations"
WITH_API = "openid auther:api"


@dataclass(frozen=True)
class Asker:
    """Somebody with an access token of a client whose documents 0, 1 and 2 they may read; `night` at night only."""

    party: Party
    user: User
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    @property
    def subject(self) -> dict[str, Any]:
        return {"type": "user", "id": self.user.id}

    async def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return await self.party.browser.post(path, json=body, headers={**self.headers, **headers})

    async def get(self, path: str, **params: str) -> httpx.Response:
        return await self.party.browser.get(path, params=params, headers=self.headers)

    def request(self, name: str = "1", action: str = "read", **fields: Any) -> dict[str, Any]:
        """A request of AuthZEN about oneself."""
        resource = {"type": "document", "id": name}
        return {"subject": self.subject, "action": {"name": action}, "resource": resource, **fields}

    async def decide(self, name: str = "1", action: str = "read", **fields: Any) -> dict[str, Any]:
        answer = await self.post(EVALUATION, self.request(name, action, **fields))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def make_asker(party: Party, user: User, *, scope: str = "openid") -> Asker:
    """The user's access token, and the documents."""
    client = party.client.id
    await save_app_of(client)
    tuples = [RelationTuple(TupleKey(f"{client}:document", str(n), "viewer", "user", user.id)) for n in range(3)]
    late = RelationTuple(TupleKey(f"{client}:document", "night", "owner", "user", user.id), ConditionRef("late"))
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(*tuples, late))))
    return Asker(party, user, str((await party.tokens(scope=scope))["access_token"]))


async def let_read(party: Party, user_id: str, *names: str) -> None:
    """Make somebody a viewer of documents."""
    keys = [TupleKey(f"{party.client.id}:document", name, "viewer", "user", user_id) for name in names]
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, keys)))))


async def let_manage(party: Party, user_id: str) -> None:
    """Let somebody manage access of the client."""
    key = TupleKey("clients", party.client.id, "admin", "user", user_id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))


@asynccontextmanager
async def signed_out(party: Party) -> AsyncIterator[httpx.AsyncClient]:
    """The browser without its cookies."""
    kept = list(party.browser.cookies.jar)
    party.browser.cookies.clear()
    try:
        yield party.browser
    finally:
        for each in kept:
            party.browser.cookies.jar.set_cookie(each)
