"""Templates into answers, each with the headers that keep a page from being framed, sniffed or stored."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import cast

from jinja2 import BaseLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from app.kit.errors import AppError
from app.kit.pages.cookies import knows_browser
from app.kit.pages.csrf import csrf_field
from app.kit.pages.static import static_url
from app.kit.pages.texts import Texts, choose_language, texts_for
from app.kit.runtime import settings

_ROOMS = Path(__file__).parents[2]
_KIT = Path(__file__).parent / "templates"
_SOURCE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//[A-Za-z0-9.\[\]:*_-]+)?")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: under it browsers send `Origin: null` with our own forms (Fetch §3.2).
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    form_action: Iterable[str] = (),
    frames: Iterable[str] = (),
    ui_locales: Iterable[str] = (),
    **context: object,
) -> HTMLResponse:
    """Render `<room>/<file>.html` with the headers of a page.

    Args:
        form_action: further origins (`https://app.example`) or schemes (`com.example:`) to which a
            form of this page may lead, redirects included (CSP 3 §6.4.2).
        frames: origins that this page may show in frames.
        ui_locales: languages asked for by the client, best first; else those of the address.
    """
    texts = texts_of(request, ui_locales)
    body = (
        _environment()
        .get_template(template)
        .render(
            request=request,
            t=texts,
            lang=texts.language,
            product_name=settings().product_name,
            acting=_acting_of(request),
            **context,
        )
    )
    headers = _HEADERS | {"Content-Security-Policy": _policy(form_action, frames), "Content-Language": texts.language}
    return HTMLResponse(body, status, headers)


def texts_of(request: Request, ui_locales: Iterable[str] = ()) -> Texts:
    """The texts for a reader: in the language that the client asks for, else the user's own, else the browser's.

    Args:
        ui_locales: languages asked for by the client, best first; else those of the address.
    """
    asked = tuple(ui_locales) or (request.query_params.get("ui_locales") or "").split()
    own = request.scope.get("state", {}).get("locale")
    return texts_for(choose_language((*asked, own or ""), request.headers.get("accept-language")))


def _acting_of(request: Request) -> object:
    """Who acts as whom, for the banner; its form needs the browser, which the outermost refusals do not know."""
    state = request.scope.get("state", {})
    return state.get("acting") if knows_browser(request) else None


def see_other(url: str) -> RedirectResponse:
    """Send the browser on with GET (303), also after a POST (RFC 9700 §4.12)."""
    return RedirectResponse(url, 303, {"Cache-Control": "no-store"})


def error_page(request: Request, error: AppError, *, back: str = "/signin") -> HTMLResponse:
    """A page that says what went wrong, with a way back."""
    request_id = request.scope.get("state", {}).get("request_id")
    response = page(request, "kit/error.html", status=error.status, error=error, back=back, request_id=request_id)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after.total_seconds()))
    return response


def _policy(form_action: Iterable[str], frames: Iterable[str]) -> str:
    forms, framed = " ".join(["'self'", *_valid(form_action)]), " ".join(_valid(frames))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data: https:; script-src 'self'; "
        f"form-action {forms}; frame-ancestors 'none'; base-uri 'none'" + (f"; frame-src {framed}" if framed else "")
    )


def _valid(sources: Iterable[str]) -> list[str]:
    return [source for source in sources if _SOURCE.fullmatch(source)]


@cache
def _environment() -> Environment:
    folders = {folder.parent.name: folder for folder in _ROOMS.glob("*/templates")}
    folders["kit"] = _KIT
    environment = Environment(
        loader=PrefixLoader({room: cast("BaseLoader", FileSystemLoader(path)) for room, path in folders.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["csrf_field"] = csrf_field
    environment.globals["static_url"] = static_url
    return environment
