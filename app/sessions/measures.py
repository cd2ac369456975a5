"""What the sessions room counts: sign-ins and sessions, each once it is committed."""

from __future__ import annotations

from typing import Final

from app.kit.actor import Actor
from app.kit.db import after_commit
from app.metrics.instruments import Counter, CounterSeries
from app.sessions.types import SessionCreated, SessionEvent, SessionRenewed, SignInFailed

_ATTEMPTS: Final = Counter("auth.login.attempt", "Sign-ins by how they were tried.", ("method", "status"))
_SESSIONS: Final = Counter("auth.session.created", "Sessions that began.")
# Names of RFC 8176 for what failed: a password or what came after it, or a code or link of a mail.
_PASSWORD: Final = "pwd"
_MAILED: Final = "otp"


async def count_session(actor: Actor, event: SessionCreated) -> None:
    """Reaction to a new session."""
    _add_later(_ATTEMPTS.of(_method_of(event), "success"))
    _add_later(_SESSIONS.of())


async def count_renewal(actor: Actor, event: SessionRenewed) -> None:
    """Reaction to a sign-in that goes on with a session."""
    _add_later(_ATTEMPTS.of(_method_of(event), "success"))


async def count_failure(actor: Actor, event: SignInFailed) -> None:
    """Reaction to a sign-in that was refused."""
    method = _MAILED if (event.reason or "").startswith("mailed_") else _PASSWORD
    _add_later(_ATTEMPTS.of(method, "failure"))


def _method_of(event: SessionEvent) -> str:
    """The ways of RFC 8176, such as `pwd` or `pwd otp`."""
    return " ".join((event.after or {}).get("amr", ()))


def _add_later(series: CounterSeries) -> None:
    async def add() -> None:
        series.add()

    after_commit(add)
