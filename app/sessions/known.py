"""Sessions by their tokens, remembered as long as their rows and their users' stay as they are (ADR 15).

INVARIANT: a session is remembered under the hash of its token, so only who shows the token is answered from memory.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from app.kit.recall import Memory
from app.kit.runtime import settings
from app.sessions import queries
from app.sessions.types import ResolvedSession

# Some 3 KB each, and more with many attributes of the user.
MAX_REMEMBERED: Final = 4_096
# How long a use of a session goes without saying.
TOUCH_INTERVAL: Final = timedelta(minutes=1)

_remembered: Memory[ResolvedSession] = Memory(MAX_REMEMBERED)


async def find_shown(token_hash: bytes, now: datetime) -> ResolvedSession | None:
    """The live session of a token, as of now; in one statement, or in none while no use of it is due to be noted.

    Other processes note uses and tell nobody, so what is remembered of the last use is good for `TOUCH_INTERVAL`.
    """
    name = token_hash.hex()
    known = _remembered.recall(name)
    if known is not None and _is_sure(known, now):
        return known
    begun = _remembered.begin()
    found = await queries.resolve_token(token_hash, now - settings().session_idle_ttl)
    if found is not None and not is_use_due(found, now):
        rows = (found.session.id, found.user.id, *([found.session.parent_id] if found.session.parent_id else ()))
        _remembered.keep(begun, name, found, rows)
    return found


def is_use_due(resolved: ResolvedSession, now: datetime) -> bool:
    """Whether it is time to note that a session is in use."""
    return now - resolved.session.last_seen_at > TOUCH_INTERVAL


def _is_sure(known: ResolvedSession, now: datetime) -> bool:
    """Whether a session lives that nobody has ended: time may have."""
    session = known.session
    is_idle = session.last_seen_at <= now - settings().session_idle_ttl
    return session.expires_at > now and not is_idle and not is_use_due(known, now)
