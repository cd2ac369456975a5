"""Client credentials: a client that acts for itself (RFC 6749 §4.4)."""

from __future__ import annotations

from app.clients.types import ID_PREFIX
from app.kit.ids import prefix_of
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.rules import split_scope
from app.oidc.targets import read_targets
from app.oidc.token.exchange import Exchange
from app.oidc.tokens import issue_client_token
from app.users.service import find_user


async def give_client_token(exchange: Exchange) -> None:
    """Sign an access token whose subject is the client. No refresh token and no ID token: nobody signed in (§4.4.3)."""
    client = exchange.client
    if client.is_public:
        raise EndpointError(ErrorCode.UNAUTHORIZED_CLIENT, "A public client cannot act for itself.")
    await _require_own_name(client.id)
    asked = exchange.params.get("scope")
    scope = client.scopes if asked is None else split_scope(asked)
    if scope is None or not set(scope) <= set(client.scopes):
        raise EndpointError(ErrorCode.INVALID_SCOPE, "The scope is malformed, or wider than this client may have.")
    targets = await read_targets(exchange.call, allowed=client.allowed_audiences)
    exchange.answer = await issue_client_token(client, targets.limit(scope, client.id), targets, jkt=exchange.call.jkt)


async def _require_own_name(client_id: str) -> None:
    """Refuse a client whose id is a user's: whoever reads `sub` alone would take it for the user (RFC 9700 §4.15).

    Ids that we make ourselves begin with what they are of; others come from configuration and imports.
    """
    if prefix_of(client_id) != ID_PREFIX and await find_user(client_id) is not None:
        raise EndpointError(ErrorCode.UNAUTHORIZED_CLIENT, "The id of this client is also that of a user.")
