"""Reading what programs post: form-encoded, bounded, nothing in the query."""

from __future__ import annotations

from starlette.requests import Request

from app.kit import bodies
from app.kit.errors import LimitReached
from app.oidc.errors import MalformedRequest, RequestTooLong
from app.oidc.params import MAX_REQUEST_BYTES, Params, parse_params

# Thousands of checks with a few attributes each.
MAX_JSON_BYTES = 262_144
_FORM_TYPE = "application/x-www-form-urlencoded"


def is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == _FORM_TYPE


async def read_posted(request: Request) -> Params:
    """Parameters of a POST that must have them in its body.

    Raises:
        InvalidInput: `kit_body_incomplete`.
        MalformedRequest: another media type, too large, unreadable, or parameters in the query, where
            secrets would end up in logs (RFC 6749 §2.3.1 and §3.2).
    """
    if request.scope["query_string"]:
        raise MalformedRequest("Parameters belong into the body, not into the query.")
    if not is_form(request):
        raise MalformedRequest(f"The body must be {_FORM_TYPE}.")
    return parse_params(await read_body(request))


async def read_body(request: Request) -> bytes:
    """A body.

    Raises:
        MalformedRequest: it is longer than `parse_params` takes.
        InvalidInput: `kit_body_incomplete`.
    """
    try:
        return await bodies.read_body(request, max_bytes=MAX_REQUEST_BYTES)
    except LimitReached:
        raise RequestTooLong(f"The request is longer than {MAX_REQUEST_BYTES} bytes.") from None


async def query_of_post(request: Request) -> str:
    """The body of a browser's POST as a query, to go on with it by GET.

    Raises:
        MalformedRequest: another media type, too large, or unreadable.
    """
    if not is_form(request):
        raise MalformedRequest("The body must be a form.")
    body = await read_body(request)
    parse_params(body)
    return body.decode("ascii")
