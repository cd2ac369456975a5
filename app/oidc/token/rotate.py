"""Each use of a refresh token spends it and gives a new one."""

from __future__ import annotations

from datetime import datetime

from app.events.service import emit
from app.kit import clock
from app.kit.crypto import hash_token, is_same
from app.kit.db import after_rollback
from app.kit.runtime import settings
from app.oidc import refresh_tokens
from app.oidc.profiles import is_fapi
from app.oidc.queries import grants
from app.oidc.token.exchange import Exchange, not_valid
from app.oidc.types import RefreshReused, RefreshState


async def rotate(exchange: Exchange) -> None:
    """Rotate the token in force; give a just spent one its successor again; revoke for anything older.

    A token is just spent while its successor is unused and `refresh_grace` is not over: two tabs, or an
    answer that was lost. A client under FAPI 2.0 keeps its token, which is of no use without the client's key.

    Source: RFC 9700 §4.14.2, FAPI 2.0 Security Profile §5.3.2.1.
    """
    token, state = exchange.require("refresh_token"), exchange.stored.refresh
    token_hash = hash_token(token)
    if state is None or state.current_hash is None:
        raise not_valid()
    if is_same(token_hash, state.current_hash):
        await (_keep if is_fapi(exchange.client) else _spend)(exchange, state)
    elif state.spent_hash is not None and is_same(token_hash, state.spent_hash):
        _repeat(exchange, state)
    elif (read := refresh_tokens.read(token)) and read.is_marked:
        raise _revoked(exchange)
    else:
        raise not_valid()


async def _spend(exchange: Exchange, state: RefreshState) -> None:
    expires_at = _prolong(exchange, state)
    exchange.refresh_token = refresh_tokens.make(exchange.grant.id)
    await grants.rotate(
        exchange.grant.id,
        new_hash=hash_token(exchange.refresh_token),
        expires_at=expires_at,
        successor=refresh_tokens.seal(exchange.refresh_token),
        jkt=exchange.call.jkt,
    )


async def _keep(exchange: Exchange, state: RefreshState) -> None:
    await grants.prolong(exchange.grant.id, expires_at=_prolong(exchange, state), jkt=exchange.call.jkt)
    exchange.refresh_token = exchange.require("refresh_token")


def _prolong(exchange: Exchange, state: RefreshState) -> datetime:
    now = clock.now()
    if state.expires_at is None or state.expires_at <= now:
        raise not_valid()
    return min(exchange.grant.expires_at, now + settings().refresh_token_idle_ttl)


def _repeat(exchange: Exchange, state: RefreshState) -> None:
    # Either way, so that a clock that stepped back does not lengthen the grace.
    is_graced = state.spent_at is not None and abs(clock.now() - state.spent_at) < settings().refresh_grace
    if not is_graced or state.successor is None:
        raise _revoked(exchange)
    exchange.refresh_token = refresh_tokens.unseal(state.successor)


def _revoked(exchange: Exchange) -> Exception:
    async def revoke() -> None:
        if await grants.revoke(exchange.grant.id):
            event = RefreshReused(target_id=exchange.grant.id, about_user_id=exchange.holder.user.id)
            await emit(exchange.actor, event)

    after_rollback(revoke)
    return not_valid()
