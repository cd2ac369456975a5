"""Making, naming and removing passkeys; and the offer of one after a sign-in."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.factors.errors import PasskeyNotFound, StepUpRequired
from app.factors.service import (
    begin_own_passkey,
    find_factors_of,
    register_own_passkey,
    remove_own_passkey,
    rename_own_passkey,
    require_fresh_proof,
)
from app.factors.types import SECURITY_PAGE, Passkey
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.pages import read_form, see_other
from app.login.pages.codes import show_codes
from app.login.pages.halting import OFFER_PATH
from app.login.pages.security.authenticator import ADDED, REMOVED
from app.login.pages.security.member import for_members
from app.login.pages.visit import Visit
from app.users.types import User

NEW_PATH = f"{SECURITY_PAGE}/passkeys/new"
ONE_PATH = SECURITY_PAGE + "/passkeys/{id}"
RENAMED = f"{SECURITY_PAGE}?notice=renamed"


async def show_new(visit: Visit, user: User) -> Response:
    return await _new_page(visit)


async def post_new(visit: Visit, user: User) -> Response:
    form = await read_form(visit.request)
    try:
        async with unit_of_work():
            made = await register_own_passkey(
                visit.actor, name=form.get("name", ""), answer=form.get("credential", "")
            )  # fmt: skip
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return await _new_page(visit, error)
    return show_codes(visit, made.recovery_codes, visit.destination if _is_offer(visit) else ADDED)


async def show_one(visit: Visit, user: User) -> Response:
    return _one_page(visit, await _find(visit, user))


async def post_one(visit: Visit, user: User) -> Response:
    form = await read_form(visit.request)
    passkey = await _find(visit, user)
    try:
        async with unit_of_work():
            await rename_own_passkey(visit.actor, passkey.id, form.get("name", ""))
    except AppError as error:
        if error.status >= 500:
            raise
        return _one_page(visit, passkey, error)
    return see_other(RENAMED)


async def show_removal(visit: Visit, user: User) -> Response:
    await require_fresh_proof(visit.actor)
    return _ask(visit, await _find(visit, user))


async def post_removal(visit: Visit, user: User) -> Response:
    await read_form(visit.request)
    passkey = await _find(visit, user)
    try:
        async with unit_of_work():
            await remove_own_passkey(visit.actor, passkey.id)
    except StepUpRequired:
        raise
    except AppError as error:
        if error.status >= 500:
            raise
        return _ask(visit, passkey, error)
    return see_other(REMOVED)


async def _new_page(visit: Visit, error: AppError | None = None) -> Response:
    is_offer = _is_offer(visit)
    context = {
        "options": await begin_own_passkey(visit.actor),
        "name": visit.session.session.device if visit.session else "",
        "is_offer": is_offer,
        "path": OFFER_PATH if is_offer else NEW_PATH,
        "onward": visit.destination if is_offer else SECURITY_PAGE,
    }
    return visit.show("passkey_new.html", context, error=error)


def _is_offer(visit: Visit) -> bool:
    return bool(visit.request.scope["path"] == OFFER_PATH)


async def _find(visit: Visit, user: User) -> Passkey:
    wanted = visit.request.path_params["id"]
    found = [each for each in (await find_factors_of(user.id)).passkeys if each.id == wanted]
    if not found:
        raise PasskeyNotFound
    return found[0]


def _one_page(visit: Visit, passkey: Passkey, error: AppError | None = None) -> Response:
    path = ONE_PATH.format(id=passkey.id)
    return visit.show("passkey.html", {"passkey": passkey, "path": path}, error=error)


def _ask(visit: Visit, passkey: Passkey, error: AppError | None = None) -> Response:
    path = f"{ONE_PATH.format(id=passkey.id)}/remove"
    return visit.show("remove.html", {"kind": "passkey", "name": passkey.name, "path": path}, error=error)


routes: list[BaseRoute] = [
    Route(OFFER_PATH, for_members(show_new), methods=["GET"]),
    Route(OFFER_PATH, for_members(post_new), methods=["POST"]),
    Route(NEW_PATH, for_members(show_new), methods=["GET"]),
    Route(NEW_PATH, for_members(post_new), methods=["POST"]),
    Route(ONE_PATH, for_members(show_one), methods=["GET"]),
    Route(ONE_PATH, for_members(post_one), methods=["POST"]),
    Route(f"{ONE_PATH}/remove", for_members(show_removal), methods=["GET"]),
    Route(f"{ONE_PATH}/remove", for_members(post_removal), methods=["POST"]),
]
