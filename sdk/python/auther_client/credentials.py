"""How a caller proves who it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol


class Credentials(Protocol):
    """Gives the headers that go with each request."""

    async def headers(self) -> Mapping[str, str]:
        """The headers for a request that is sent now."""

    async def renew(self) -> bool:
        """Get fresh ones because the server took the last ones no more; False when there are none to be had."""


class Bearer:
    """An API key or an access token, sent as `Authorization: Bearer` (RFC 6750 §2.1)."""

    def __init__(self, token: str) -> None:
        self._headers = {"authorization": f"Bearer {token}"}

    async def headers(self) -> Mapping[str, str]:
        """The header."""
        return self._headers

    async def renew(self) -> bool:
        """A fixed token has no successor."""
        return False


class Renewing:
    """An access token that `fetch` gives anew when it is asked to. `fetch` gets the token that was refused, or None."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[str]]) -> None:
        self._fetch = fetch
        self._token: str | None = None

    async def headers(self) -> Mapping[str, str]:
        """The header, with a token that is fetched at first use."""
        if self._token is None:
            self._token = await self._fetch(None)
        return {"authorization": f"Bearer {self._token}"}

    async def renew(self) -> bool:
        """Fetch another token."""
        refused, self._token = self._token, None
        self._token = await self._fetch(refused)
        return self._token != refused
