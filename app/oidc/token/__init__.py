"""The token endpoint: for each grant type small steps in this order, each in a file of its own.

Source: RFC 6749 §4.1.3, §4.4, §5 and §6, RFC 7636 §4.6, RFC 8628 §3.4, RFC 8693 §2, OpenID Connect Core §3.1.3 and
§12, RFC 9700 §4.14.
"""

from __future__ import annotations

from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode
from app.oidc.token.check_binding import check_binding
from app.oidc.token.check_grant import check_grant
from app.oidc.token.check_holder import check_holder
from app.oidc.token.check_operator import check_operator
from app.oidc.token.check_proof import check_proof
from app.oidc.token.exchange import Exchange, Flow
from app.oidc.token.give_client_token import give_client_token
from app.oidc.token.give_tokens import give_tokens
from app.oidc.token.lock_grant import lock_grant
from app.oidc.token.narrow_scope import narrow_scope
from app.oidc.token.narrow_targets import narrow_targets
from app.oidc.token.open_grant import open_grant
from app.oidc.token.poll_device import poll_device
from app.oidc.token.redeem_device import redeem_device
from app.oidc.token.rotate import rotate
from app.oidc.token.spend_code import spend_code
from app.oidc.token.trade_key import trade_key
from app.oidc.token.trade_token import check_impersonation, impersonate, trade_token
from app.oidc.trade.types import TokenType
from app.oidc.types import GrantType

GRANTS: dict[str, Flow] = {
    GrantType.AUTHORIZATION_CODE: Flow(
        steps=(
            spend_code,  # one caller wins; a second use revokes what the first gave
            check_binding,  # client, redirect URI, age, key
            check_proof,  # PKCE
            check_holder,  # user and session still there
            check_operator,  # and whoever acts as the user still allowed to
            open_grant,  # and its refresh token, if it gets one
            narrow_targets,  # what the access token is for
            give_tokens,
        )
    ),
    GrantType.REFRESH_TOKEN: Flow(
        steps=(
            lock_grant,  # the family; one refresh at a time
            check_grant,  # client, life, user, session and key
            check_operator,
            rotate,  # a spent token: the same successor for a moment, then the family is revoked
            narrow_scope,  # a refusal undoes the rotation
            narrow_targets,
            give_tokens,
        )
    ),
    GrantType.CLIENT_CREDENTIALS: Flow(
        ahead=(give_client_token,),
    ),
    GrantType.DEVICE_CODE: Flow(
        ahead=(poll_device,),  # pending, too soon, refused, expired: each poll is noted
        steps=(
            redeem_device,  # one caller wins
            check_holder,
            open_grant,
            narrow_targets,
            give_tokens,
        ),
    ),
    GrantType.TOKEN_EXCHANGE: Flow(
        ahead=(trade_token,),
    ),
}
# The same grant type, when its subject is a user that an operator names.
_IMPERSONATION = Flow(ahead=(check_impersonation,), steps=(impersonate,))
# And when it is an API key.
_KEY = Flow(ahead=(trade_key,))


def begin_exchange(call: Call) -> tuple[Exchange, Flow]:
    """What a call is about, and the steps that answer it.

    Raises:
        EndpointError: `unsupported_grant_type`, `unauthorized_client`; `invalid_request` without a proof of the key
            that the client registered to bind its tokens to (RFC 9449 §5.2).
    """
    grant_type = call.require("grant_type")
    flow = GRANTS.get(grant_type)
    if flow is None:
        raise EndpointError(ErrorCode.UNSUPPORTED_GRANT_TYPE, "This grant_type is not offered.")
    if grant_type not in call.client.grant_types:
        raise EndpointError(ErrorCode.UNAUTHORIZED_CLIENT, "This client is not registered for this grant_type.")
    if call.client.dpop_bound_access_tokens and call.jkt is None:
        raise EndpointError(ErrorCode.INVALID_REQUEST, "Tokens of this client are bound to a key. Send a DPoP proof.")
    if grant_type == GrantType.TOKEN_EXCHANGE and call.params.get("subject_token_type") == TokenType.USER_ID:
        flow = _IMPERSONATION
    if grant_type == GrantType.TOKEN_EXCHANGE and call.params.get("subject_token_type") == TokenType.API_KEY:
        flow = _KEY
    return Exchange(call), flow
