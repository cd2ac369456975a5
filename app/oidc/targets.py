"""Whom a token is meant for besides us: `audience` names a client, `resource` can only be Auther itself."""

from __future__ import annotations

from collections.abc import Iterable

from app.kit.runtime import settings
from app.oidc.client_auth import Call
from app.oidc.errors import EndpointError, ErrorCode


def read_audience(call: Call, *, allowed: Iterable[str]) -> str | None:
    """The client that the token shall be for; None when the caller asks for none but itself.

    Raises:
        EndpointError: `invalid_target`, unless it is the caller or among those allowed (RFC 8693 §2.2.2, RFC 8707 §2).
    """
    if call.params.get("resource") not in {None, settings().issuer}:
        raise invalid_target()
    audience = call.params.get("audience")
    if audience is None or audience in {call.client.id, settings().issuer}:
        return None
    if audience not in allowed:
        raise invalid_target()
    return audience


def invalid_target() -> EndpointError:
    """One answer for unknown targets and for those that the caller may not name."""
    return EndpointError(ErrorCode.INVALID_TARGET, "This client may not get tokens for this audience or resource.")


def audience_claim(audience: str | None) -> str | list[str]:
    """`aud` of an access token: always Auther, whose live check and introspection answer for it."""
    return settings().issuer if audience is None else [settings().issuer, audience]
