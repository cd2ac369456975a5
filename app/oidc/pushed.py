"""Pushed authorization requests: a client hands its request over by itself, and the browser carries only a name of it.

Source: RFC 9126, FAPI 2.0 Security Profile §5.3.2.2.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from app.kit import clock
from app.kit.crypto import hash_token, new_token
from app.kit.ids import new_id
from app.kit.limits import RateLimit, address_bucket
from app.oidc.authorize import review
from app.oidc.authorize.attempt import Asked
from app.oidc.authorize.take_request import REQUEST_URI_PREFIX
from app.oidc.budgets import spend_budget
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode, SentToClient, ShownToUser
from app.oidc.params import Params
from app.oidc.queries import pushed
from app.oidc.queries.pushed import PushedRequest
from app.oidc.request_objects import Way, open_request
from app.oidc.types import PUSHED_PREFIX, REQUEST_URI_TOKEN_PREFIX

# RFC 9126 §2.2 has seconds to minutes in mind, FAPI 2.0 §5.3.2.2 less than 600 seconds.
PUSHED_TTL: Final = timedelta(seconds=90)
# A whole application pushes for all of its users, from one address.
PER_CLIENT: Final = RateLimit("oidc.pushed_client", hits=6_000, window=timedelta(minutes=1))
# A client that describes itself proves nothing worth a secret, and a public one nothing at all: their requests are rows
# that anybody can have written.
PER_DYNAMIC_CLIENT: Final = RateLimit("oidc.pushed_dynamic_client", hits=600, window=timedelta(minutes=1))
PER_ADDRESS: Final = RateLimit("oidc.pushed_address", hits=300, window=timedelta(minutes=10))
_TOO_MANY: Final = "Too many requests were pushed. Wait a moment."


async def push_request(call: Call) -> dict[str, object]:
    """Keep a request that would do at the authorization endpoint, and name it.

    May call the client's server for its keys: not inside a unit of work.

    Raises:
        EndpointError: what the authorization endpoint would say; `temporarily_unavailable` (429) for one too many.
    """
    await _require_room(call)
    if call.params.get("request_uri") is not None or "request_uri" in call.params.repeated:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "A request_uri is not pushed (RFC 9126 §2.1).")
    params = _bind(call, await open_request(_own_params(call), call.client, call.origin, Way.PUSHED))
    await _check(call, params)
    token, now = new_token(REQUEST_URI_TOKEN_PREFIX), clock.now()
    await pushed.insert(
        PushedRequest(new_id(PUSHED_PREFIX), params),
        request_hash=hash_token(token),
        client_id=call.client.id,
        created_at=now,
        expires_at=now + PUSHED_TTL,
    )
    return {"request_uri": f"{REQUEST_URI_PREFIX}{token}", "expires_in": int(PUSHED_TTL.total_seconds())}


async def _check(call: Call, params: Params) -> None:
    """Read the request as the authorization endpoint will (RFC 9126 §2.1)."""
    # FAPI 2.0 Security Profile §5.3.2.2
    if call.client.require_pushed_authorization_requests and params.get("redirect_uri") is None:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "redirect_uri is missing.")
    try:
        await review(Asked(params=params, browser_id="", actor=call.actor, session=None))
    except SentToClient as error:
        raise EndpointError(error.error, error.message) from error
    except ShownToUser as error:
        raise EndpointError(ErrorCode.INVALID_REQUEST, error.message) from error


def _own_params(call: Call) -> Params:
    """The parameters, with the client that proved itself, which may have done so in a header."""
    return replace(call.params, values={**call.params.values, "client_id": call.client.id})


def _bind(call: Call, params: Params) -> Params:
    """The key that was proved beside the request is the one that its code is bound to (RFC 9449 §10.1)."""
    if call.jkt is None:
        return params
    if params.get("dpop_jkt") not in {None, call.jkt}:
        raise EndpointError(ErrorCode.INVALID_DPOP_PROOF, "dpop_jkt is not the key of the DPoP proof.")
    return replace(params, values={**params.values, "dpop_jkt": call.jkt})


async def _require_room(call: Call) -> None:
    client = call.client
    if client.is_public or client.is_dynamic:
        await spend_budget(PER_ADDRESS, address_bucket(call.origin.ip), _TOO_MANY)
    # Strangers can say a public client's id: what they send must not take its room.
    if not client.is_public:
        await spend_budget(PER_DYNAMIC_CLIENT if client.is_dynamic else PER_CLIENT, client.id, _TOO_MANY)
