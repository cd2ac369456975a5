"""An operator at a browser, who acts as users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.authz.service import grant_relation
from app.authz.types import TupleKey
from app.impersonation.rules import MAX_TTL
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.service import find_session
from app.sessions.types import Session
from app.users.types import User
from tests.graph.support import console_documents
from tests.login.support import Page, Visitor, make_person
from tests.support import commit

START = console_documents()["impersonation/ImpersonationStart.graphql"]
STOP = console_documents()["impersonation/ImpersonationStop.graphql"]
VIEWER = "{ viewer { user { id } session { id } impersonation { operatorId operatorName expiresAt } } }"
REASON = "Ticket 4711: cannot see the invoices"
LONGEST = int(MAX_TTL.total_seconds())
CSRF = {"x-auther-csrf": "1", "accept": "application/json"}


async def may_impersonate(user: User) -> None:
    """Makes somebody an operator of users; nothing else."""
    await commit(grant_relation(SYSTEM, TupleKey("users", "*", "admin", "user", user.id)))


@dataclass
class Desk:
    """An operator who is signed in."""

    visitor: Visitor
    operator: User

    @property
    def acting_token(self) -> str | None:
        return self.visitor.client.cookies.get("auther_acting")

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The answer of the API to this browser."""
        answer = await self.visitor.client.post("/graphql", json={"query": query, "variables": variables}, headers=CSRF)
        told: dict[str, Any] = answer.json()
        return told

    async def request(self, user: User, **given: Any) -> dict[str, Any]:
        """The payload of the mutation, or its error's extensions."""
        told = await self.ask(START, input={"userId": user.id, "reason": REASON, **given})
        payload: dict[str, Any] = (
            told["errors"][0]["extensions"] if "errors" in told else told["data"]["impersonationStart"]
        )
        return payload

    async def begin(self, user: User, **given: Any) -> Page:
        """From the mutation through the page; the answer to the posted form."""
        page = await self.visitor.get((await self.request(user, **given))["path"])
        return await self.visitor.submit(page, "start-form")

    async def viewer(self) -> dict[str, Any] | None:
        """Who this browser is for the API; None for nobody."""
        told = await self.ask(VIEWER)
        if "errors" in told:
            assert told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED", told
            return None
        viewer: dict[str, Any] = told["data"]["viewer"]
        return viewer

    async def who(self) -> str | None:
        viewer = await self.viewer()
        return viewer["user"]["id"] if viewer else None

    async def session(self) -> Session:
        """The session in which this browser is for the API, as it is stored."""
        viewer = await self.viewer()
        assert viewer is not None
        found = await find_session(viewer["session"]["id"])
        assert found is not None
        return found


async def make_desk(visitor: Visitor, email: str = "olga@example.com") -> Desk:
    operator = await make_person(email, name="Olga Operator")
    await may_impersonate(operator)
    await visitor.sign_in(email)
    return Desk(visitor, operator)


async def told(*actions: str) -> list[tuple[str, str | None, str | None, str | None, str | None]]:
    """Action, actor, impersonator, target and reason of audit rows, oldest first; all, or those of some actions."""
    rows = await db.fetch("SELECT * FROM events_audit ORDER BY seq")
    return [
        (row["action"], row["actor_id"], row["impersonator_id"], row["target_id"], row["reason"])
        for row in rows
        if not actions or row["action"] in actions
    ]
