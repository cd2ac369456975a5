"""`/account/data`: all that is known of oneself, and the end of the account."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from app.account.errors import NotConfirmed
from app.factors.errors import StepUpRequired
from app.factors.service import require_fresh_proof
from app.kit.crypto import b64url, b64url_decode
from app.kit.db import unit_of_work
from app.kit.errors import AppError, TooMany, Unavailable
from app.kit.pages import clear_session_cookie, read_form, see_other
from app.kit.runtime import keyring, settings
from app.lifecycle.service import export_own_data, schedule_own_deletion
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit, read_visit
from app.users.types import User

PATH: Final = "/account/data"
DELETE_PATH: Final = f"{PATH}/delete"
DELETED_PATH: Final = f"{PATH}/deleted"
_PURPOSE: Final = "account-deleted"
_MAX_NOTE: Final = 512


async def show_data(visit: Visit, user: User) -> Response:
    return _page(visit, "account/data.html", user)


async def post_export(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    try:
        export = await export_own_data(visit.actor)
    except TooMany as error:
        return _page(visit, "account/data.html", user, error)
    headers = {
        "Content-Disposition": f'attachment; filename="{export.filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(export.chunks, media_type="application/json", headers=headers)


async def show_deletion(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _page(visit, "account/delete.html", user)


async def post_deletion(visit: Visit, user: User) -> Response:
    typed = (await read_form(visit.request)).get("confirm", "").strip()
    try:
        if typed.lower() != user.email.lower():
            raise NotConfirmed
        async with unit_of_work():
            deletion = await schedule_own_deletion(visit.actor)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _page(visit, "account/delete.html", user, error)
    response = see_other(f"{DELETED_PATH}?note={_seal(visit, deletion.erased_at if deletion else None)}")
    clear_session_cookie(response)
    return response


async def show_deleted(request: Request) -> Response:
    """What became of the account, in the browser where it was deleted; nobody is signed in there any more."""
    visit = await read_visit(request)
    try:
        erased_at = _open(visit, request.query_params.get("note", ""))
    except ValueError:
        return see_other("/signin")
    return visit.show("account/deleted.html", {"erased_at": erased_at})


def _seal(visit: Visit, erased_at: datetime | None) -> str:
    note = f"{visit.browser_id}|{erased_at.isoformat() if erased_at else ''}"
    return b64url(keyring().seal(note.encode(), purpose=_PURPOSE))


def _open(visit: Visit, note: str) -> datetime | None:
    """When the account will be erased; None when it is.

    Raises:
        ValueError: no note of ours, or of another browser.
    """
    if len(note) > _MAX_NOTE:
        raise ValueError("too long")
    try:
        opened = keyring().open(b64url_decode(note), purpose=_PURPOSE).decode()
    except Unavailable as error:
        raise ValueError("sealed with another key") from error
    browser_id, _, erased_at = opened.partition("|")
    if browser_id != visit.browser_id:
        raise ValueError("another browser")
    return datetime.fromisoformat(erased_at) if erased_at else None


def _page(visit: Visit, template: str, user: User, error: AppError | None = None) -> Response:
    return visit.show(template, {"user": user, "grace": settings().deletion_grace}, error=error)


routes: list[BaseRoute] = [
    Route(PATH, for_members(show_data, PATH), methods=["GET"]),
    Route(f"{PATH}/export", for_members(post_export, PATH), methods=["POST"]),
    Route(DELETE_PATH, for_members(show_deletion, PATH), methods=["GET"]),
    Route(DELETE_PATH, for_members(post_deletion, DELETE_PATH), methods=["POST"]),
    Route(DELETED_PATH, show_deleted, methods=["GET"]),
]
