"""A typed, asynchronous client of Auther's API.

    async with connect("https://id.example.com", key="ak_…") as auther:
        page = await auther.users(first=10)

Each document of the API is a method. It needs only httpx and pydantic, and never imports the server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from auther_client.calls import Calls
from auther_client.credentials import Bearer, Credentials, Renewing
from auther_client.errors import (
    ApiError,
    AutherError,
    BadInput,
    Conflict,
    ConnectionFailed,
    Fault,
    Forbidden,
    InsecureAddress,
    LimitExceeded,
    NotFound,
    RateLimited,
    Rejected,
    SignInFailed,
    Unauthenticated,
    Unavailable,
    UnexpectedAnswer,
    accepted,
)
from auther_client.generated.methods import Operations
from auther_client.http import HttpTransport, Patience

__all__ = [
    "ApiError",
    "AutherError",
    "BadInput",
    "Bearer",
    "Calls",
    "Conflict",
    "ConnectionFailed",
    "Credentials",
    "Fault",
    "Forbidden",
    "HttpTransport",
    "InsecureAddress",
    "LimitExceeded",
    "NotFound",
    "Operations",
    "Patience",
    "RateLimited",
    "Rejected",
    "Renewing",
    "SignInFailed",
    "Unauthenticated",
    "Unavailable",
    "UnexpectedAnswer",
    "accepted",
    "connect",
]


@asynccontextmanager
async def connect(
    url: str,
    *,
    key: str | None = None,
    credentials: Credentials | None = None,
    headers: Mapping[str, str] | None = None,
    patience: Patience | None = None,
) -> AsyncIterator[Operations]:
    """The API of a server.

    Args:
        url: its public address.
        key: an API key or an access token.
        credentials: instead of `key`, what gives tokens.
        headers: go with every request.

    Raises:
        InsecureAddress: the address is not https, and not on this machine.
    """
    chosen = credentials or (Bearer(key) if key else None)
    async with HttpTransport(url, chosen, headers=headers, patience=patience) as transport:
        yield Operations(Calls(transport))
