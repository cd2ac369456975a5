"""Which URLs may be client ids, and for how long what they say counts. Pure.

Source: draft-ietf-oauth-client-id-metadata-document §3 and §4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from app.clients.rules.redirects import find_web_problem

MAX_LENGTH: Final = 255
LEAST_FRESH: Final = timedelta(minutes=5)
USUAL_FRESH: Final = timedelta(hours=1)
MOST_FRESH: Final = timedelta(days=1)
_MAX_AGE: Final = re.compile(r"(?:^|[\s,])max-age=\"?(\d{1,10})")
_NOT_KEPT: Final = re.compile(r"(?:^|[\s,])(?:no-store|no-cache)(?:$|[\s,;=])")
_SECONDS: Final = re.compile(r"\d{1,10}")


def is_document_id(client_id: str) -> bool:
    """Whether this can only be the URL of a document: other clients have no such ids."""
    return client_id.startswith(("https://", "http://"))


def find_id_problem(client_id: str) -> str | None:
    """Why this URL is no client id; None when it may be one."""
    if len(client_id) > MAX_LENGTH:
        return f"It has more than {MAX_LENGTH} characters."
    problem = find_web_problem(client_id)
    if problem is not None:
        return problem
    parts = urlsplit(client_id)
    if "#" in client_id:
        return "It has a fragment."
    if parts.path in {"", "/"}:
        return "It has no path."
    return "Its host is not in lower case." if parts.netloc != parts.netloc.lower() else None


def host_of(client_id: str) -> str:
    """The host of a URL, without its port."""
    return urlsplit(client_id).hostname or ""


def is_host_allowed(host: str, patterns: Iterable[str]) -> bool:
    """Whether one of these names the host: itself, `*.` and what it is below of, or `*`."""
    return any(
        pattern in {"*", host} or (pattern.startswith("*.") and host.endswith(pattern[1:])) for pattern in patterns
    )


def fresh_for(headers: Mapping[str, str]) -> timedelta:
    """How long an answer counts: what its Cache-Control says, within our bounds (RFC 9111 §5.2.2).

    Args:
        headers: by names in lower case.
    """
    control = headers.get("cache-control", "").lower()
    if _NOT_KEPT.search(control):
        return LEAST_FRESH
    stated = _MAX_AGE.search(control)
    if stated is None:
        return USUAL_FRESH
    age = headers.get("age", "").strip()
    rest = int(stated[1]) - (int(age) if _SECONDS.fullmatch(age) else 0)
    return min(max(timedelta(seconds=rest), LEAST_FRESH), MOST_FRESH)


def host_of_answer(redirect_uri: str) -> str:
    """What a person is told of where an answer goes: its host, or the scheme of a native application."""
    parts = urlsplit(redirect_uri)
    return parts.hostname or f"{parts.scheme}:"
