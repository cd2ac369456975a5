"""Whether a password is in a list of stolen ones, if the settings name such a list.

INVARIANT: a list that cannot be asked refuses nobody. It says so in the log and in the metrics.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from app.credentials.breaches import ListUnusable, digest_of
from app.credentials.breaches.hash_file import count_in_file, find_file_problem
from app.credentials.breaches.range_api import count_in_range
from app.kit import clock
from app.kit.errors import AppError
from app.kit.http import OutboundPolicy
from app.kit.http.request import check_url
from app.kit.runtime import settings
from app.kit.settings import Settings, SettingsProblem
from app.metrics.instruments import Counter

_log = structlog.get_logger("auther.credentials")

_CHECKS: Final = Counter(
    "auth.password.breach_check", "New passwords looked up in the list of stolen ones.", ("result",)
)
_SETTING: Final = "AUTHER_BREACHED_PASSWORDS"
# After a failure the API is left alone for so long, so that nobody waits for what is away.
PAUSE: Final = timedelta(seconds=30)
_failed_at: dict[str, datetime] = {}


async def is_breached(password: str) -> bool:
    """Whether the password was stolen somewhere, as far as anybody can tell now.

    A file is read in a thread; a range API has two seconds, so call it outside of a unit of work if possible.
    """
    place = settings().breached_passwords
    if not place:
        return False
    try:
        count = await _count(place, digest_of(password))
    except (ListUnusable, OSError) as error:
        _log.warning("breached_passwords.unavailable", place=place, detail=str(error))
        return _note("unavailable")
    return _note("breached" if count else "clean")


def require_breached_list(chosen: Settings) -> None:
    """Let no server start with a list that is none.

    Raises:
        SettingsProblem: a file that is missing, empty, malformed or not ordered; a URL without TLS.
    """
    place = chosen.breached_passwords
    problem = None
    if _is_url(place):
        problem = _find_url_problem(place, chosen)
    elif place:
        problem = find_file_problem(Path(place))
    if problem is not None:
        raise SettingsProblem([f"{_SETTING}: {problem}"])


async def _count(place: str, digest: str) -> int:
    if not _is_url(place):
        return await asyncio.to_thread(count_in_file, Path(place), digest)
    if _is_paused(place):
        raise ListUnusable("it failed just now, and is asked again later")
    try:
        return await count_in_range(place, digest, OutboundPolicy.of(settings().outbound_allow))
    except ListUnusable:
        _failed_at[place] = clock.now()
        raise


def _is_paused(place: str) -> bool:
    failed_at = _failed_at.get(place)
    return failed_at is not None and abs(clock.now() - failed_at) < PAUSE


def _is_url(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))


def _find_url_problem(place: str, chosen: Settings) -> str | None:
    try:
        target = check_url(place)
    except AppError:
        target = None
    if target is None or "?" in place or "#" in place:
        return "must be a URL without query, fragment or credentials, such as https://api.pwnedpasswords.com/range"
    if target.scheme == "http" and not OutboundPolicy.of(chosen.outbound_allow).allows(target):
        return "must be https://, unless AUTHER_OUTBOUND_ALLOW names its host and port"
    return None


def _note(result: str) -> bool:
    _CHECKS.of(result).add()
    return result == "breached"
