"""Access tokens that API keys were exchanged for: the subject is the owner, who may do something is the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.api_keys.service import actor_of_key, find_live_key
from app.api_keys.types import ResolvedKey
from app.kit import clock
from app.kit.actor import Actor, Origin
from app.kit.recall import Memory
from app.oidc.queries import tokens
from app.signing.types import Claims

KEY_CLAIM: Final = "api_key_id"
# Which secret of the key it was: a token ends with it.
VERSION_CLAIM: Final = "api_key_version"
MAX_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class KeyToken:
    """A live token of an API key."""

    claims: Claims
    resolved: ResolvedKey
    scopes: frozenset[str]


_remembered: Memory[KeyToken] = Memory(MAX_REMEMBERED)


def is_key_token(claims: Claims) -> bool:
    """Whether these are claims of a token that an API key was exchanged for."""
    return KEY_CLAIM in claims


async def find_key_token(claims: Claims) -> KeyToken | None:
    """The live token of these claims; None when it was revoked, or the key, its secret or its owner is over.

    In two statements, or in none while it is remembered.

    Args:
        claims: of an access token (`access_tokens.read_claims`).

    Raises:
        Unavailable: the database cannot be read now.
    """
    if not is_key_token(claims):
        return None
    found = _remembered.recall(claims["jti"]) or await _read(claims)
    if found is None:
        return None
    now = clock.now()
    end = found.resolved.ends_at(now)
    return found if end is None or end > now else None


def actor_of_key_token(token: KeyToken, origin: Origin) -> Actor:
    """The key as the caller, through the client that reads the token, if it is for one."""
    return actor_of_key(token.resolved.key, origin, scopes=token.scopes, client_id=client_of(token.claims))


async def _read(claims: Claims) -> KeyToken | None:
    begun = _remembered.begin()
    resolved = await find_live_key(claims[KEY_CLAIM], claims[VERSION_CLAIM])
    client_id = client_of(claims)
    if resolved is None or not await tokens.is_live(claims["jti"], [] if client_id is None else [client_id]):
        return None
    found = KeyToken(claims, resolved, frozenset(claims["scope"].split()))
    rows = (claims["jti"], resolved.key.id, resolved.key.owner.id, client_id or "")
    _remembered.keep(begun, claims["jti"], found, rows)
    return found


def client_of(claims: Claims) -> str | None:
    """The client that got the token, else the one that it is for; None when it is only for Auther.

    Its subject is what that client knows the owner by.
    """
    if claims["client_id"] != claims[KEY_CLAIM]:
        return str(claims["client_id"])
    audience = claims["aud"]
    return str(audience[-1]) if isinstance(audience, list) else None
