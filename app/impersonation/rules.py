"""How long, for which reason, and what is refused meanwhile. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.impersonation.errors import DurationInvalid, NotWhileActing, ReasonInvalid
from app.impersonation.types import PAGE, Wish
from app.kit.actor import Actor
from app.kit.errors import AppError, InputProblems

MAX_TTL: Final = timedelta(hours=1)
MIN_TTL: Final = timedelta(minutes=1)
DEFAULT_TTL: Final = timedelta(minutes=30)
MAX_REASON: Final = 500
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What whoever acts may post to: the API, where each use case decides; ways into applications; and ways out.
_POSTS: Final = ("/graphql", "/oauth2/authorize", "/oauth2/logout", "/oauth2/logout/confirm", "/signout")


def read_wish(wish: Wish) -> tuple[str, timedelta]:
    """The reason, without blanks around it, and the duration.

    Raises:
        InputProblems: `impersonation_reason_required`, `impersonation_duration_invalid`.
    """
    problems: list[AppError] = []
    reason = wish.reason.strip()
    if not 1 <= len(reason) <= MAX_REASON or "\0" in reason:
        problems.append(ReasonInvalid(MAX_REASON))
    seconds = int(DEFAULT_TTL.total_seconds()) if wish.ttl_seconds is None else wish.ttl_seconds
    least, most = int(MIN_TTL.total_seconds()), int(MAX_TTL.total_seconds())
    if not least <= seconds <= most:
        problems.append(DurationInvalid(least, most))
    if problems:
        raise InputProblems(problems)
    return reason, timedelta(seconds=seconds)


def refuse_acting(actor: Actor) -> None:
    """Let nobody pass who acts as somebody else.

    Raises:
        NotWhileActing.
    """
    if actor.impersonator_id is not None:
        raise NotWhileActing


def is_closed_to_acting(method: str, path: str) -> bool:
    """Whether a request that changes something is refused to whoever acts as somebody.

    A new page is refused until it is named here: what it changes is the user's own.
    """
    return method not in _SAFE and path not in _POSTS and not path.startswith(f"{PAGE}/")
