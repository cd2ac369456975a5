"""The token endpoint: for each grant type small steps in this order, each in a file of its own.

Source: RFC 6749 §4.1.3, §5 and §6, RFC 7636 §4.6, OpenID Connect Core §3.1.3 and §12, RFC 9700 §4.14.
"""

from __future__ import annotations

from app.kit.actor import Origin
from app.oidc.client_auth import actor_of, authenticate_client
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.params import Params
from app.oidc.token.check_binding import check_binding
from app.oidc.token.check_grant import check_grant
from app.oidc.token.check_holder import check_holder
from app.oidc.token.check_proof import check_proof
from app.oidc.token.exchange import Exchange, Step
from app.oidc.token.lock_grant import lock_grant
from app.oidc.token.narrow_scope import narrow_scope
from app.oidc.token.open_grant import open_grant
from app.oidc.token.rotate import rotate
from app.oidc.token.spend_code import spend_code
from app.oidc.tokens import Issue, issue_tokens
from app.oidc.types import GrantType

GRANTS: dict[str, tuple[Step, ...]] = {
    GrantType.AUTHORIZATION_CODE: (
        spend_code,  # one caller wins; a second use revokes what the first gave
        check_binding,  # client, redirect URI, age
        check_proof,  # PKCE
        check_holder,  # user and session still there
        open_grant,  # and its refresh token, if it gets one
    ),
    GrantType.REFRESH_TOKEN: (
        lock_grant,  # the family; one refresh at a time
        check_grant,  # client, life, user and session
        rotate,  # a spent token: the same successor for a moment, then the family is revoked
        narrow_scope,  # a refusal undoes the rotation
    ),
}


async def exchange_tokens(params: Params, authorization: str | None, origin: Origin) -> dict[str, object]:
    """The answer to a token request, inside the caller's unit of work.

    Args:
        authorization: the header of that name.

    Raises:
        EndpointError: as RFC 6749 §5.2 says.
    """
    if params.repeated:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "A parameter came more than once.")
    client = await authenticate_client(params, authorization, origin)
    exchange = Exchange(params, client, actor_of(client, origin))
    for step in _find_steps(exchange):
        await step(exchange)
    issue = Issue(
        grant=exchange.grant,
        user=exchange.holder.user,
        client=client,
        scope=exchange.scope,
        nonce=exchange.nonce,
    )
    return await issue_tokens(issue, exchange.refresh_token)


def _find_steps(exchange: Exchange) -> tuple[Step, ...]:
    grant_type = exchange.require("grant_type")
    steps = GRANTS.get(grant_type)
    if steps is None:
        raise EndpointError(ErrorCode.UNSUPPORTED_GRANT_TYPE, "This grant_type is not offered.")
    if grant_type not in exchange.client.grant_types:
        raise EndpointError(ErrorCode.UNAUTHORIZED_CLIENT, "This client is not registered for this grant_type.")
    return steps
