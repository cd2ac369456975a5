"""Documents for programs that may be kept for a while, and are asked for again by their ETag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import orjson
from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Metadata:
    """The document as it is sent, and its strong ETag."""

    document: bytes
    etag: str


def make_metadata(members: Mapping[str, object]) -> Metadata:
    """The document with these members."""
    document = orjson.dumps(dict(members))
    return Metadata(document, f'"{sha256(document).hexdigest()[:32]}"')


def cacheable(request: Request, document: bytes, etag: str, cache_control: str) -> Response:
    """The document as JSON; 304 for whoever has it already (RFC 9110 §13.1.2)."""
    headers = {"etag": etag, "cache-control": cache_control}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if known & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(document, media_type="application/json", headers=headers)
