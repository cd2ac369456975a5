"""The pages' own assets at `/static/`, held in memory, with an ETag and a version in their address."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.kit.errors import NotFound

_FOLDER = Path(__file__).parent / "static"
_VERSION_LENGTH = 12
_VERSIONED = "public, max-age=31536000, immutable"
_UNVERSIONED = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class _Asset:
    body: bytes
    media_type: str
    version: str

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


@cache
def _assets() -> dict[str, _Asset]:
    return {file.relative_to(_FOLDER).as_posix(): _load(file) for file in _FOLDER.rglob("*") if file.is_file()}


def _load(file: Path) -> _Asset:
    body = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return _Asset(body, media_type, sha256(body).hexdigest()[:_VERSION_LENGTH])


def static_url(name: str) -> str:
    """The address of an asset; it changes when the asset does.

    Raises:
        KeyError: there is no such asset (a mistake in a template).
    """
    return f"/static/{name}?v={_assets()[name].version}"


async def _get_asset(request: Request) -> Response:
    asset = _assets().get(request.path_params["name"])
    if asset is None:
        raise NotFound("kit_not_found", "There is nothing here.")
    is_versioned = request.query_params.get("v") == asset.version
    headers = {
        "ETag": asset.etag,
        "Cache-Control": _VERSIONED if is_versioned else _UNVERSIONED,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


routes: list[BaseRoute] = [Route("/static/{name:path}", _get_asset, methods=["GET"])]
