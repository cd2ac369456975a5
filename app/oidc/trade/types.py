"""What a trade is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.kit.actor import Actor, ActorKind
from app.oidc.errors import EndpointError, ErrorCode
from app.signing.types import Claims

# How many parties may stand between a subject and who acts.
MAX_ACTORS: Final = 8


class TokenType(StrEnum):
    """RFC 8693 §3, and what only Auther has: a user that an operator names."""

    ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
    JWT = "urn:ietf:params:oauth:token-type:jwt"
    API_KEY = "urn:auther:params:oauth:token-type:api-key"
    USER_ID = "urn:auther:params:oauth:token-type:user-id"


@dataclass(frozen=True, slots=True)
class Presented:
    """A live access token of ours that a client shows, and its holder as a caller."""

    claims: Claims
    holder: Actor

    @property
    def scope(self) -> tuple[str, ...]:
        return tuple(self.claims["scope"].split())

    @property
    def expires_at(self) -> int:
        """Seconds since the epoch."""
        return int(self.claims["exp"])

    @property
    def party(self) -> dict[str, object]:
        """The holder as `act` names it."""
        named: dict[str, object] = {"sub": self.claims["sub"]}
        return named if self.holder.kind is ActorKind.USER else {**named, "sub_type": self.holder.kind.value}


def not_tradable(what: str) -> EndpointError:
    """One answer for every token that is not good, or not this client's to exchange (RFC 8693 §2.2.2)."""
    return EndpointError(ErrorCode.INVALID_REQUEST, f"The {what} is not valid, or this client may not exchange it.")


def act_for(party: Mapping[str, object], prior: object) -> dict[str, object]:
    """An `act` claim: who acts, and inside who acted before (RFC 8693 §4.1).

    Raises:
        EndpointError: `invalid_request`, more than `MAX_ACTORS` of them.
    """
    depth, inner = 1, prior
    while isinstance(inner, Mapping):
        depth, inner = depth + 1, inner.get("act")
    if depth > MAX_ACTORS:
        raise EndpointError(ErrorCode.INVALID_REQUEST, f"At most {MAX_ACTORS} parties act one for the other.")
    return dict(party) if prior is None else {**party, "act": prior}
