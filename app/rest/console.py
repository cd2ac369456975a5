"""The admin console and GraphiQL: built files, served with a nonce and a policy of their own."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.kit.errors import NotFound, Unavailable
from app.kit.runtime import settings

_NONCE = "__CSP_NONCE__"
_ROOT = Path(__file__).parents[1] / "web_dist"
_IMMUTABLE = "public, max-age=31536000, immutable"
_BASE_POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'; "
_CONSOLE_POLICY = _BASE_POLICY + (
    "script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: https:; connect-src 'self'; frame-src 'self'"
)
_GRAPHIQL_POLICY = _BASE_POLICY + (
    "script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'"
)


class _Assets(StaticFiles):
    """Files whose names hold a hash of their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = _IMMUTABLE
        return response


async def console(request: Request) -> Response:
    nonce = secrets.token_urlsafe(16)
    return _html("index.html", nonce, _CONSOLE_POLICY.format(nonce=nonce))


async def graphiql(request: Request) -> Response:
    if not settings().graphiql:
        raise NotFound("kit_not_found", "There is nothing here.")
    return _html("graphiql.html", secrets.token_urlsafe(16), _GRAPHIQL_POLICY)


async def home(request: Request) -> Response:
    return RedirectResponse("/admin/", status_code=303)


def _html(name: str, nonce: str, policy: str) -> Response:
    headers = {"content-security-policy": policy, "cache-control": "no-store", "x-frame-options": "DENY"}
    return HTMLResponse(_read(name).replace(_NONCE, nonce), headers=headers)


def _read(name: str) -> str:
    path = web_root() / name
    return _read_version(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read_version(path: Path, _written_at: int) -> str:
    return path.read_text()


def web_root() -> Path:
    """Where the built console is: `make web` writes it there, and the wheel carries it.

    Raises:
        Unavailable: `rest_console_missing`, it was not built.
    """
    if (_ROOT / "index.html").exists():
        return _ROOT
    raise Unavailable("rest_console_missing", "The console is not built. Run `make web` (this needs Node.js 20).")


def build_routes() -> list[BaseRoute]:
    """Routes of the console, without its files when it is not built."""
    pages: list[BaseRoute] = [
        Route("/", home),
        Route("/graphiql", graphiql),
        Route("/admin", home),
        Route("/admin/{path:path}", console),
    ]
    try:
        root = web_root()
    except Unavailable:
        return pages
    files = StaticFiles(directory=root)
    beside = [file.name for file in root.iterdir() if file.is_file() and file.suffix != ".html"]
    return [
        Mount("/admin/assets", _Assets(directory=root / "assets")),
        *(Route(f"/admin/{name}", _file(files, name)) for name in beside),
        *pages,
    ]


def _file(files: StaticFiles, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        return await files.get_response(name, request.scope)

    return serve
