"""An application of its own, with routes that fail, and a console that is built."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app import main
from app.kit.errors import Forbidden, TooMany
from app.kit.settings import Settings
from app.rest import console
from tests.support import ISSUER


async def _fault(request: Request) -> Response:
    raise ZeroDivisionError("a secret of the inside")


async def _forbidden(request: Request) -> Response:
    raise Forbidden("test_forbidden", "You <b>may</b> not.", detail="for the log only")


async def _slow_down(request: Request) -> Response:
    raise TooMany("test_slow", "Slow down.", retry_after=timedelta(seconds=1.2))


async def _whoami(request: Request) -> Response:
    actor = request.state.actor
    return JSONResponse(
        {
            "kind": actor.kind,
            "id": actor.id,
            "session": actor.session_id,
            "acr": actor.acr,
            "amr": actor.amr,
            "ip": actor.origin.ip,
            "user_agent": actor.origin.user_agent,
            "request": actor.origin.request_id,
        }
    )


@pytest.fixture
def built_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A console as the build leaves it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "app-1a2b.js").write_text("console.log(1)")
    (tmp_path / "scheme.js").write_text("// scheme")
    for name in ("index.html", "graphiql.html"):
        (tmp_path / name).write_text(f"<!doctype html><title>{name}</title><style nonce='__CSP_NONCE__'></style>")
    monkeypatch.setattr(console, "_ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def special_app(database: None, settings: Settings, built_console: Path) -> Starlette:
    """The whole application with routes that fail in every way."""
    built = main.build_app(settings)
    built.router.routes[:0] = [
        Route("/test/fault", _fault),
        Route("/test/forbidden", _forbidden, methods=["POST"]),
        Route("/test/slow", _slow_down),
        Route("/test/whoami", _whoami),
    ]
    return built


@pytest.fixture
async def client(special_app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client that sees faults as answers."""
    transport = httpx.ASGITransport(special_app, client=("127.0.0.1", 50_000), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as connected:
        yield connected
