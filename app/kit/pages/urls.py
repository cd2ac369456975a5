"""Where a page may send the browser: a path on this host, or what a client has registered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from app.kit.settings import LOOPBACK_HOSTS

DEFAULT_NEXT = "/account"
MAX_NEXT_LENGTH = 2_048
_UNQUOTE_ROUNDS = 3
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(/|$)")


def safe_next(url: str | None, default: str = DEFAULT_NEXT) -> str:
    """The URL if it is an absolute path on this host, else the default.

    Browsers read `//evil`, `/\\evil` and `/<tab>/evil` as other hosts, and proxies may decode
    before they do; so the path is judged as written and as decoded up to three times.
    """
    if not url or len(url) > MAX_NEXT_LENGTH or _FORBIDDEN.search(url):
        return default
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    for _ in range(_UNQUOTE_ROUNDS + 1):
        if not _is_plain_path(path):
            return default
        path = unquote(path)
    return url


def _is_plain_path(path: str) -> bool:
    return path.startswith("/") and "//" not in path and not _FORBIDDEN.search(path) and not _DOT_SEGMENT.search(path)


def form_sources(redirect_uris: Iterable[str]) -> tuple[str, ...]:
    """Registered redirect URIs as sources for `page(form_action=…)`.

    Browsers hold the redirects that follow a form against `form-action`, so a page whose form may
    end at a client has to name the client. Loopback URIs match any port (RFC 8252 §7.3).
    """
    return tuple(dict.fromkeys(_source(uri) for uri in redirect_uris))


def _source(uri: str) -> str:
    parts = urlsplit(uri)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"{parts.scheme}:"
    if ":" in parts.hostname:
        return f"{parts.scheme}:"  # CSP 3 §2.3.1 has no form for IPv6 addresses
    if parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS:
        return f"http://{parts.hostname}:*"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
