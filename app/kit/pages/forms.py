"""Reading what a page posted."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from app.kit.bodies import read_body
from app.kit.errors import InvalidInput
from app.kit.pages.csrf import CSRF_FIELD, check_csrf

MAX_FORM_BYTES = 65_536
MAX_FORM_FIELDS = 100
_FORM_TYPE = "application/x-www-form-urlencoded"


async def read_form(request: Request, *, max_bytes: int = MAX_FORM_BYTES) -> Mapping[str, str]:
    """The fields of a form, each at most once, after the check that it came from our page.

    Values are exactly what was typed: nothing is trimmed or normalized.

    Raises:
        Forbidden: `kit_csrf`.
        LimitReached: `kit_form_too_large`, refused while it arrives.
        InvalidInput: `kit_form_invalid`: another media type, not UTF-8, a field twice, a NUL. `kit_body_incomplete`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise _invalid("media type")
    form = _parse(await read_body(request, max_bytes=max_bytes))
    check_csrf(request, form.get(CSRF_FIELD))
    return form


def _parse(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS)
    except ValueError as error:
        raise _invalid("encoding") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _invalid("a field twice")
    if any("\0" in value for pair in pairs for value in pair):
        raise _invalid("NUL")
    return form


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput("kit_form_invalid", "What was sent is not a form of ours.", detail=detail)
