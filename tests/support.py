"""Small helpers that many tests need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from app.authz.service import grant_relation, super_admin
from app.events.service import list_audit_events
from app.events.types import AuditEvent, AuditFilter
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Forbidden, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.ids import new_id
from app.kit.paging import PageRequest
from app.kit.runtime import bind_runtime, runtime
from app.kit.settings import Settings
from app.users.service import register_user
from app.users.types import NewUser, User

ISSUER = "http://localhost:8000"
SECRET = "a secret for tests, thirty-two bytes or more"
ORIGIN = Origin(request_id="test-request", ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")

Result = TypeVar("Result")


def make_settings(**changes: Any) -> Settings:
    """Settings for tests: a cheap password hash, any document for sessions; the environment does not count."""
    cheap: dict[str, Any] = {"argon2_memory_kib": 8_192, "argon2_time_cost": 1, "graphql_ad_hoc": "everyone"}
    values = {"secret": SECRET, "public_url": ISSUER, "run_worker": False, **cheap, **changes}
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


async def commit(work: Awaitable[Result]) -> Result:
    """Run one service call as the edge would: in a unit of work of its own."""
    async with unit_of_work():
        return await work


def as_user(user: User | str, **details: Any) -> Actor:
    """The actor that a signed-in user is."""
    return Actor(ActorKind.USER, user if isinstance(user, str) else user.id, **{"origin": ORIGIN, **details})


async def make_user(email: str = "ada@example.com", **fields: Any) -> User:
    """A committed user."""
    return await commit(register_user(SYSTEM, NewUser(email=email, **{"email_verified": True, **fields})))


async def make_admin(email: str = "admin@example.com") -> User:
    """A committed user who is the platform's super admin."""
    user = await make_user(email)
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))
    return user


def unknown_id(prefix: str = "usr") -> str:
    return new_id(prefix)


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL statements that a block runs."""
    statements: list[str] = []
    with db.observed(statements.append):
        yield statements


class FixedDecider:
    """Gives each actor id the permissions that a test wants."""

    def __init__(self, held: dict[str, frozenset[str]]) -> None:
        self.held = held
        self.asked: list[Actor] = []

    async def permissions_of(self, actor: Actor) -> frozenset[str]:
        self.asked.append(actor)
        return self.held.get(actor.id or "", frozenset())

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        return await self.permissions_of(actor)

    async def permissions_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        return {actor: await self.permissions_of(actor) for actor in actors}

    async def reach_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        return await self.permissions_of_many(actors)


@contextmanager
def deciding(**held: frozenset[str] | set[str]) -> Iterator[FixedDecider]:
    """Guards ask this decider inside the block: permissions by actor id."""
    before = runtime()
    decider = FixedDecider({actor_id: frozenset(permissions) for actor_id, permissions in held.items()})
    bind_runtime(before.settings, decider)
    try:
        yield decider
    finally:
        bind_runtime(before.settings, before.decider)


async def read_everything() -> dict[str, str | None]:
    """A fingerprint of each table: equal ones mean that nothing was changed, and nothing sent.

    The trail of denials is left out: a refusal has to show there.
    """
    tables = await db.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    return {
        name: await db.fetch_value(
            f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" t'
            + (" WHERE outcome <> 'denied'" if name == "events_audit" else "")
        )
        for (name,) in tables
    }


async def assert_needs(permission: str, call: Callable[[Actor], Awaitable[object]]) -> None:
    """Anonymous, a plain user and an admin who holds every permission but this are refused; nothing happens."""
    plain, lacking = as_user("usr_plain"), as_user("usr_lacking")
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {permission}):
        answers = [await _refusal(call(actor)) for actor in (ANONYMOUS, plain, lacking)]

    assert [(type(answer), answer.code) for answer in answers] == [
        (Unauthenticated, "kit_sign_in_required"),
        (Forbidden, "kit_permission_missing"),
        (Forbidden, "kit_permission_missing"),
    ]
    assert [answer.detail for answer in answers[1:]] == [permission, permission]
    assert await read_everything() == before


async def _refusal(work: Awaitable[object]) -> AppError:
    with pytest.raises(AppError) as caught:
        await commit(work)
    return caught.value


async def read_audit() -> list[AuditEvent]:
    """The audit trail, oldest first (a hundred rows at most)."""
    page = await list_audit_events(SYSTEM, AuditFilter(), PageRequest(first=100))
    return [*reversed(page.items)]


async def read_outbox() -> list[tuple[str, str | None]]:
    """What was published: kind and target, oldest first."""
    return [(row["type"], row["target_id"]) for row in await db.fetch("SELECT * FROM events_outbox ORDER BY seq")]
