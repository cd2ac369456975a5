"""Protection of forms: a token tied to the browser and to the form's path, and where the post came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup
from starlette.requests import Request

from app.kit.crypto import b64url, b64url_decode
from app.kit.errors import Forbidden
from app.kit.pages.cookies import browser_id
from app.kit.runtime import keyring, settings

CSRF_FIELD = "csrf"
_PURPOSE = "csrf"
_TRUSTED_SITES = frozenset({"same-origin", "none"})


def csrf_token(request: Request, path: str | None = None) -> str:
    """The token for a form that posts to `path` (default: the page's own path)."""
    return b64url(keyring().sign(_subject(request, path or _path_of(request)), purpose=_PURPOSE))


def csrf_field(request: Request, path: str | None = None) -> Markup:
    """The hidden input with that token."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf_token(request, path))


def check_csrf(request: Request, token: str | None) -> None:
    """Let a post pass that comes from one of our pages in the same browser.

    Raises:
        Forbidden: `kit_csrf`.
    """
    if not _is_from_us(request) or not _is_token(request, token):
        raise Forbidden("kit_csrf", "This form is too old or was sent from elsewhere. Open the page again and retry.")


def _path_of(request: Request) -> str:
    # Not `request.url`: it holds what the caller's Host header and query make of it, and may fail over either.
    path: str = request.scope["path"]
    return path


def _subject(request: Request, path: str) -> bytes:
    return f"{browser_id(request)}|{path}".encode()


def _is_token(request: Request, token: str | None) -> bool:
    try:
        signature = b64url_decode(token or "")
    except ValueError:
        return False
    return keyring().verify(_subject(request, _path_of(request)), signature, purpose=_PURPOSE)


def _is_from_us(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _TRUSTED_SITES
    origin = request.headers.get("origin")
    if origin is None:
        return True
    public = urlsplit(settings().public_url)
    here = f"{request.scope['scheme']}://{request.headers.get('host', '')}"
    return origin in {f"{public.scheme}://{public.netloc}", here}
