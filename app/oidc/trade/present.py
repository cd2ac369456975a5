"""Reading the tokens that a client presents: only live access tokens of ours count.

A token that is bound to a key is presented without a proof: the key is another party's. Only clients that prove who
they are can be registered for exchange, so that a stolen one is not traded for one that is bound to nothing.
"""

from __future__ import annotations

from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.holders import actor_of, find_token, is_meant_for
from app.oidc.trade.types import Presented, TokenType, not_tradable

_TOKENS = frozenset({TokenType.ACCESS_TOKEN, TokenType.JWT})
SUBJECT = "subject_token"
ACTOR = "actor_token"


async def present_subject(call: Call) -> Presented:
    """The subject's token, that this client may exchange: it was given to this client, or is meant for it.

    Meant for it is what has it as audience, and what was given to a client that lists it in `allowed_audiences`.

    Raises:
        EndpointError: `invalid_request`.
    """
    presented = await _present(call, SUBJECT)
    if not await is_meant_for(call.client, presented.claims):
        raise not_tradable(SUBJECT)
    return presented


async def present_actor(call: Call) -> Presented | None:
    """The token of who shall act; None when the request has none. It must have been given to this very client.

    Raises:
        EndpointError: `invalid_request`.
    """
    if call.params.get(ACTOR) is None:
        if call.params.get(f"{ACTOR}_type") is not None:
            raise EndpointError(ErrorCode.INVALID_REQUEST, "actor_token_type came without actor_token.")
        return None
    presented = await _present(call, ACTOR)
    if presented.claims["client_id"] != call.client.id:
        raise not_tradable(ACTOR)
    return presented


async def _present(call: Call, name: str) -> Presented:
    token = call.require(name)
    if call.require(f"{name}_type") not in _TOKENS:
        raise EndpointError(ErrorCode.INVALID_REQUEST, f"This {name}_type cannot be exchanged.")
    access = await find_token(token)
    if access is None:
        raise not_tradable(name)
    return Presented(access.claims, actor_of(access, call.origin))
