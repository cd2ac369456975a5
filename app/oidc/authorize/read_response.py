"""What the client wants back, and how."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import ErrorCode
from app.oidc.reply import ResponseMode
from app.oidc.types import GrantType


async def read_response(attempt: Attempt) -> None:
    """Only `response_type=code` is offered, in any of the response modes."""
    response_type = attempt.params.get("response_type")
    if response_type is None:
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "response_type is missing.")
    if response_type != "code":
        raise attempt.refuse(ErrorCode.UNSUPPORTED_RESPONSE_TYPE, "Only response_type=code is offered.")
    if GrantType.AUTHORIZATION_CODE not in attempt.client.grant_types:
        raise attempt.refuse(ErrorCode.UNAUTHORIZED_CLIENT, "This client may not use authorization codes.")
    mode = attempt.params.get("response_mode")
    if mode is not None and mode not in set(ResponseMode):
        raise attempt.refuse(ErrorCode.INVALID_REQUEST, "This response_mode is not offered.")
