"""Health: `/livez` says that the process runs, `/readyz` that it can serve."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from app.kit import db
from app.kit.errors import AppError
from app.kit.migrate import list_pending
from app.signing.service import jwks
from app.tables import APPS

_NO_STORE = {"cache-control": "no-store"}


async def livez(request: Request) -> Response:
    return JSONResponse({"status": "ok"}, headers=_NO_STORE)


async def readyz(request: Request) -> Response:
    checks = {name: await _passes(check) for name, check in _CHECKS.items()}
    is_ready = all(checks.values())
    body = {"status": "ok" if is_ready else "unavailable", "checks": checks}
    return JSONResponse(body, status_code=200 if is_ready else 503, headers=_NO_STORE)


async def _passes(check: object) -> bool:
    assert callable(check)
    try:
        return bool(await check())
    except AppError:
        return False


async def _has_database() -> bool:
    return bool(await db.fetch_value("SELECT 1") == 1)


async def _is_migrated() -> bool:
    return not await list_pending(APPS)


async def _has_keys() -> bool:
    return bool((await jwks()).document)


_CHECKS = {"database": _has_database, "migrations": _is_migrated, "keys": _has_keys}

routes: list[BaseRoute] = [Route("/livez", livez), Route("/readyz", readyz)]
