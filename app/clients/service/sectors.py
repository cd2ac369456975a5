"""The document that several hosts of one sector publish: which redirect URIs belong together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import orjson

from app.clients.cache import ShortMemory
from app.clients.errors import Required, SectorMismatch, SectorUnreadable, raise_problems
from app.kit.errors import AppError
from app.kit.http import OutboundPolicy, fetch

TIMEOUT: Final = timedelta(seconds=5)
MAX_BYTES: Final = 65_536


# What was checked ahead of a transaction counts inside of it.
_AHEAD: Final = timedelta(seconds=10)
_MOST_KEPT: Final = 1_000
_checked: Final[ShortMemory[tuple[str, tuple[str, ...]], bool]] = ShortMemory(_AHEAD, _MOST_KEPT)


async def check_sector_ahead(uri: str, redirect_uris: Sequence[str], policy: OutboundPolicy) -> None:
    """The same as `check_sector`, before a transaction begins: a server that is slow must not keep one open.

    Raises:
        InputProblems: as `check_sector`.
    """
    await check_sector(uri, redirect_uris, policy)
    _checked.put((uri, tuple(redirect_uris)), True)


async def check_sector(uri: str, redirect_uris: Sequence[str], policy: OutboundPolicy) -> None:
    """See that the document at `sector_identifier_uri` lists each redirect URI, exactly as it is registered.

    Calls the client's server, `TIMEOUT` at most, unless that was done a moment ahead.

    Raises:
        InputProblems: `clients_sector_unreadable`, `clients_sector_mismatch`; `clients_required`, there is no redirect
            URI that it could vouch for.

    Source: OpenID Connect Core §8.1, Dynamic Client Registration §5.
    """
    if not redirect_uris:
        text = (
            "A sector is proved by redirect URIs that its list names: this client has none (OpenID Connect Core §8.1)."
        )
        raise_problems([Required(text, "redirect_uris")])
    if _checked.get((uri, tuple(redirect_uris))):
        return
    try:
        answer = await fetch(
            uri,
            headers={"accept": "application/json"},
            timeout=TIMEOUT,
            max_bytes=MAX_BYTES,
            policy=policy,
        )
    except AppError as error:
        raise_problems([SectorUnreadable(error.detail or error.code)])
        raise
    listed = None if answer.status != HTTPStatus.OK or answer.is_truncated else _read(answer.body)
    if listed is None:
        raise_problems([SectorUnreadable(f"status {answer.status}")])
    elif missing := [place for place, each in enumerate(redirect_uris) if each not in listed]:
        raise_problems([SectorMismatch(str(place)) for place in missing])


def _read(body: bytes) -> frozenset[str] | None:
    try:
        listed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    is_list = isinstance(listed, list) and all(isinstance(each, str) for each in listed)
    return frozenset(listed) if is_list else None
