"""A code is used once."""

from __future__ import annotations

from app.events.service import emit
from app.kit.crypto import hash_token
from app.kit.db import after_rollback
from app.kit.ids import new_id
from app.oidc.queries import codes, grants
from app.oidc.token.exchange import Exchange, not_valid
from app.oidc.types import GRANT_PREFIX, CodeReused


async def spend_code(exchange: Exchange) -> None:
    """Take the code in one statement, so that of any number of callers one wins.

    A later refusal rolls this back: guessing at a code's client or verifier does not burn it. A code that
    was used before revokes what it gave, whoever presents it and however soon: strictness over convenience.

    Source: RFC 6749 §4.1.2 and §10.5, RFC 9700 §2.1.1.
    """
    code_hash = hash_token(exchange.require("code"))
    code = await codes.spend(code_hash, new_id(GRANT_PREFIX))
    if code is None:
        await _revoke_if_reused(exchange, code_hash)
        raise not_valid()
    exchange.code = code


async def _revoke_if_reused(exchange: Exchange, code_hash: bytes) -> None:
    spent = await codes.find_spent(code_hash)
    if spent is None:
        return
    grant_id, user_id = spent

    async def revoke() -> None:
        if await grants.revoke(grant_id):
            await emit(exchange.actor, CodeReused(target_id=grant_id, about_user_id=user_id))

    after_rollback(revoke)
