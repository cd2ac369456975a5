"""What the access tokens shall be for (RFC 8707 §2.1)."""

from __future__ import annotations

from app.oidc.authorize.attempt import Attempt
from app.oidc.errors import EndpointError
from app.oidc.targets import find_targets


async def read_resources(attempt: Attempt) -> None:
    """Find each `resource`; the token endpoint gives tokens for these, or for some of them."""
    try:
        attempt.targets = await find_targets(attempt.params.resources)
    except EndpointError as error:
        raise attempt.refuse(error.error, error.message) from error
