"""Access tokens of clients that act for themselves: there is no grant and no session behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.kit.actor import Actor, ActorKind, Origin
from app.kit.recall import Memory
from app.oidc.queries import tokens
from app.signing.types import Claims

MAX_REMEMBERED: Final = 4_096


@dataclass(frozen=True, slots=True)
class ClientToken:
    """A live access token whose subject is a client. `client_id` is who got it: the subject, or who exchanged it."""

    claims: Claims
    subject_id: str
    client_id: str
    scopes: frozenset[str]


_remembered: Memory[ClientToken] = Memory(MAX_REMEMBERED)


def is_client_token(claims: Claims) -> bool:
    """Whether these are claims of a token for a client, by what we signed, never by the look of an id."""
    return claims.get("sub_type") == ActorKind.CLIENT and "api_key_id" not in claims


async def find_client_token(claims: Claims) -> ClientToken | None:
    """The live token of these claims; None when it was revoked, or a client it names is disabled or gone.

    In one statement, or in none while it is remembered.

    Args:
        claims: of an access token (`access_tokens.read_claims`).

    Raises:
        Unavailable: the database cannot be read now.
    """
    if not is_client_token(claims):
        return None
    return _remembered.recall(claims["jti"]) or await _read(claims)


def actor_of_client(token: ClientToken, origin: Origin) -> Actor:
    """The client as the caller."""
    return Actor(
        ActorKind.CLIENT, token.subject_id, client_id=token.client_id, scopes=token.scopes, origin=origin
    )  # fmt: skip


async def _read(claims: Claims) -> ClientToken | None:
    begun = _remembered.begin()
    jti, client_ids = claims["jti"], {claims["sub"], claims["client_id"]}
    if not await tokens.is_live(jti, sorted(client_ids)):
        return None
    found = ClientToken(claims, claims["sub"], claims["client_id"], frozenset(claims["scope"].split()))
    _remembered.keep(begun, jti, found, (jti, *client_ids))
    return found
