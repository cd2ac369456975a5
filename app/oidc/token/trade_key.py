"""An API key for a token (RFC 8693, with a subject token type that only Auther has)."""

from __future__ import annotations

from app.api_keys.errors import KeyRefusal
from app.kit.errors import AppError, TooMany
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.key_exchange import WantedToken, exchange_key
from app.oidc.token.exchange import Exchange
from app.oidc.tokens import token_type
from app.oidc.trade.delegate import find_trade_targets, require_access_token
from app.oidc.trade.types import TokenType


async def trade_key(exchange: Exchange) -> None:
    """Give a token for a key, to a client that proved who it is.

    Raises:
        EndpointError: `invalid_grant` for a key that does not count, `temporarily_unavailable` for one that is used
            too often, `invalid_target`, `invalid_scope`, `invalid_request`.
    """
    call, params = exchange.call, exchange.params
    require_access_token(call)
    if params.get("actor_token") is not None:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "Nobody acts for an API key.")
    # A client that exchanges a key reaches no other target by it than by any other token.
    await find_trade_targets(call)
    wanted = WantedToken(
        audiences=params.audiences, resources=params.resources, scope=params.get("scope"), client=call.client,
        jkt=call.jkt,
    )  # fmt: skip
    try:
        answer = await exchange_key(exchange.require("subject_token"), call.origin, wanted)
    except KeyRefusal as error:
        raise _refusal(error) from error
    exchange.answer = {
        "access_token": answer.token,
        "issued_token_type": TokenType.ACCESS_TOKEN,
        "token_type": token_type(call.jkt),
        "expires_in": answer.expires_in,
        "scope": answer.scope,
    }


def _refusal(error: AppError) -> EndpointError:
    code = ErrorCode.TEMPORARILY_UNAVAILABLE if isinstance(error, TooMany) else ErrorCode.INVALID_GRANT
    refusal = EndpointError(code, error.message)
    refusal.retry_after = error.retry_after
    return refusal
