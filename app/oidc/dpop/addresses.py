"""Addresses in proofs, compared as RFC 9449 §4.3 asks: normalised, without query and fragment."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

MAX_ADDRESS: Final = 2_048
_DEFAULT_PORTS = {"http": 80, "https": 443}
# A WebSocket begins as a GET of the address that it is named by otherwise.
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


@lru_cache(maxsize=512)
def normalise_address(address: str) -> str | None:
    """An http(s) address in its one spelling; None when it is none, or names a user.

    Source: RFC 3986 §6.2.2 and §6.2.3.
    """
    if len(address) > MAX_ADDRESS or not address.isascii():
        return None
    try:
        parts = urlsplit(address)
        scheme, host, port = _SCHEMES[parts.scheme.lower()], parts.hostname, parts.port
    except (ValueError, KeyError):
        return None
    if not host or "@" in parts.netloc:
        return None
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in {None, _DEFAULT_PORTS[scheme]} else f"{shown}:{port}"
    return f"{scheme}://{place}{_normalise_path(parts.path)}"


def _normalise_path(path: str) -> str:
    kept: list[str] = []
    segments = _ESCAPE.sub(_unescape, path).split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _unescape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if _UNRESERVED.fullmatch(character) else match[0].upper()
