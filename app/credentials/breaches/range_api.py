"""A list behind a range API: it is told the first five digits of a hash, and answers with all that begin so.

Source: Have I Been Pwned, API version 3, "Searching by range" and "Introducing padding".
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from app.credentials.breaches import ListUnusable
from app.kit.errors import AppError
from app.kit.http import OutboundPolicy, fetch

TIMEOUT: Final = timedelta(seconds=2)
_PREFIX_DIGITS: Final = 5
# Some two thousand lines of 40 bytes.
_MAX_ANSWER_BYTES: Final = 1024 * 1024
_LINE: Final = re.compile(r"([0-9A-Fa-f]{35}):([0-9]{1,12})")


async def count_in_range(base_url: str, digest: str, policy: OutboundPolicy) -> int:
    """How often this hash was seen. Nothing but its first five digits leaves the house.

    Args:
        base_url: to which a slash and the digits are added.
        digest: as `digest_of` gives it.

    Raises:
        ListUnusable: there is no answer in time, or it is none.
    """
    prefix, rest = digest[:_PREFIX_DIGITS], digest[_PREFIX_DIGITS:]
    try:
        answer = await fetch(
            f"{base_url.rstrip('/')}/{prefix}",
            headers={"add-padding": "true", "accept": "text/plain"},
            timeout=TIMEOUT,
            max_bytes=_MAX_ANSWER_BYTES,
            policy=policy,
        )
    except AppError as error:
        raise ListUnusable(f"{error.code}: {error.detail}") from error
    if answer.status != 200 or answer.is_truncated:
        raise ListUnusable(f"the answer has status {answer.status} and {len(answer.body)} bytes")
    return _read(answer.body.decode("ascii", errors="replace"), rest)


def _read(text: str, rest: str) -> int:
    """The count beside these digits. Padding is lines with a count of 0."""
    counts: dict[str, int] = {}
    for line in text.split():
        found = _LINE.fullmatch(line)
        if found is None:
            raise ListUnusable("the answer has lines other than digits, a colon and a number")
        counts[found[1].upper()] = int(found[2])
    if not counts:
        raise ListUnusable("the answer is empty")
    return counts.get(rest, 0)
