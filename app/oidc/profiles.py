"""Clients of which more is asked: the FAPI 2.0 Security Profile, by what their registration says of them."""

from __future__ import annotations

from typing import Final

from app.clients.types import Client
from app.signing.foreign import FOREIGN_ALGORITHMS

# FAPI 2.0 Security Profile §5.4.1: no RSASSA-PKCS1-v1_5.
FAPI_ALGORITHMS: Final = tuple(alg for alg in FOREIGN_ALGORITHMS if alg != "RS256")


def is_fapi(client: Client) -> bool:
    """Whether a client pushes its requests and binds its tokens to a key."""
    return client.require_pushed_authorization_requests and client.dpop_bound_access_tokens


def algorithms_of(client: Client) -> tuple[str, ...]:
    """What a client may sign with."""
    return FAPI_ALGORITHMS if is_fapi(client) else FOREIGN_ALGORITHMS
