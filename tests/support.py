"""Small helpers that many tests need."""

from __future__ import annotations

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from app.authz.service import grant_relation, super_admin
from app.kit import db
from app.kit.actor import SYSTEM, Actor, ActorKind, Origin
from app.kit.db import unit_of_work
from app.kit.ids import new_id
from app.kit.settings import Settings
from app.users.service import register_user
from app.users.types import NewUser, User

ISSUER = "http://localhost:8000"
SECRET = "a secret for tests, thirty-two bytes or more"
ORIGIN = Origin(request_id="test-request", ip="203.0.113.7", user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0")

Result = TypeVar("Result")


def make_settings(**changes: Any) -> Settings:
    """Settings for tests: a cheap password hash, everything else as it comes; the environment does not count."""
    cheap: dict[str, Any] = {"argon2_memory_kib": 8_192, "argon2_time_cost": 1}
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
