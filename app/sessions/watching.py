"""Looking at sessions that others use: whether they still live, for many at once, without being a use of them."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit import clock
from app.kit.crypto import hash_token
from app.kit.runtime import settings
from app.sessions import queries
from app.sessions.rules import is_session_token, is_strong_enough
from app.sessions.types import ResolvedSession


async def look_at_sessions(tokens: Sequence[str]) -> dict[str, ResolvedSession]:
    """The live sessions behind cookies, by cookie; those that are missing expired, ended, or their user is banned.

    One statement. It does not count as use: a session that nobody uses otherwise ends when its time is over.
    """
    by_hash = {hash_token(token): token for token in tokens if is_session_token(token)}
    found = await queries.resolve_tokens(list(by_hash), clock.now() - settings().session_idle_ttl)
    require_mfa = settings().require_mfa
    return {
        by_hash[token_hash]: resolved
        for token_hash, resolved in found.items()
        if is_strong_enough(resolved.session, require_mfa=require_mfa)
    }
