"""How much strangers may have us do, and what they hear when it is too much."""

from __future__ import annotations

from http import HTTPStatus

from app.kit.errors import TooMany
from app.kit.limits import RateLimit, require_room
from app.oidc.errors import EndpointError, ErrorCode


async def spend_budget(limit: RateLimit, bucket: str, refusal: str) -> None:
    """Count a hit.

    Args:
        refusal: what to say when the limit is passed.

    Raises:
        EndpointError: `temporarily_unavailable` (429), with `retry_after`.
    """
    try:
        await require_room(limit, bucket)
    except TooMany as error:
        raise over_budget(error, refusal) from error


def over_budget(error: TooMany, refusal: str) -> EndpointError:
    """`temporarily_unavailable` (429), with `retry_after`."""
    refused = EndpointError(ErrorCode.TEMPORARILY_UNAVAILABLE, refusal)
    refused.status, refused.retry_after = HTTPStatus.TOO_MANY_REQUESTS, error.retry_after
    return refused
