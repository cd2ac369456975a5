"""Reading an access token out of `Authorization` headers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.oidc.errors import BearerError, ErrorCode, PossessionError

_BEARER: Final = "bearer"
_DPOP: Final = "dpop"


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token, and whether it came as one that is bound to a key (`DPoP`) or as a bearer's."""

    token: str = field(repr=False)
    is_dpop: bool = False


def read_authorization(headers: Sequence[str]) -> ShownToken:
    """The one token of a request (RFC 6750 §2.1, RFC 9449 §7.1).

    Raises:
        BearerError: there is none, more than one, or another scheme.
    """
    if not headers:
        raise BearerError(None, "Send an access token.")
    scheme, _, token = headers[0].partition(" ")
    scheme, token = scheme.lower(), token.strip()
    if len(headers) != 1 or scheme not in {_BEARER, _DPOP} or not token:
        raise BearerError(ErrorCode.INVALID_REQUEST, "Send the access token as a bearer token.")
    return ShownToken(token, scheme == _DPOP)


def not_live(shown: ShownToken) -> BearerError:
    """One answer for every token that does not hold, in the scheme that it came in."""
    kind = PossessionError if shown.is_dpop else BearerError
    return kind(ErrorCode.INVALID_TOKEN, "The access token is not valid, expired, or was revoked.")
