"""One's own factors in the API: fresh proofs, one's own session, nobody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.factors.service import find_factors_of
from app.kit import clock, db
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from app.users.types import User
from tests.factors.support import Authenticator, code_of, fresh, give_app, give_passkey
from tests.graph.support import NOBODY, console_documents, execute, read
from tests.graph.test_mutations import OWN_FACTORS as OWN
from tests.support import ORIGIN, as_user, deciding, make_user, read_audit, read_everything

DOCUMENTS = {
    path.removeprefix("factors/").removesuffix(".graphql"): text
    for path, text in console_documents().items()
    if path.startswith("factors/")
}
AUDIT = "SELECT action, target_id, reason FROM events_audit WHERE outcome = 'denied'"


async def passkey_of(user: User) -> str:
    return (await find_factors_of(user.id)).passkeys[0].id


async def _inputs(user: User) -> dict[str, dict[str, Any]]:
    """Inputs that would do something, were they the user's own."""
    return {
        "totpStart": {},
        "totpConfirm": {"setup": "x", "code": "123456"},
        "totpRemove": {},
        "passkeyStart": {},
        "passkeyRegister": {"name": "x", "credential": {}},
        "passkeyRename": {"id": await passkey_of(user), "name": "x"},
        "passkeyRemove": {"id": await passkey_of(user)},
        "recoveryCodesRegenerate": {},
    }


def _document(name: str) -> str:
    return DOCUMENTS[f"{name[0].upper()}{name[1:]}"]


STRANGERS: dict[str, tuple[Callable[[User], Actor], str, str]] = {
    "anonymous": (lambda user: NOBODY, "UNAUTHENTICATED", "kit_sign_in_required"),
    "an application": (lambda user: fresh(user, "mfa", client_id="cli_x"), "FORBIDDEN", "factors_own_session_required"),
    "who acts for them": (
        lambda user: fresh(user, "mfa", impersonator_id="usr_admin"), "FORBIDDEN", "factors_own_session_required",
    ),
    "no session": (
        lambda user: as_user(user, auth_time=clock.now(), acr="mfa"), "FORBIDDEN", "factors_own_session_required",
    ),
    "a key": (
        lambda user: Actor(ActorKind.API_KEY, "key_x", owner_id=user.id, origin=ORIGIN),
        "FORBIDDEN", "factors_own_session_required",
    ),
    "a client": (
        lambda user: Actor(ActorKind.CLIENT, "cli_x", origin=ORIGIN), "FORBIDDEN", "factors_own_session_required",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(OWN))
@pytest.mark.parametrize("who", STRANGERS)
async def test_nobody_else_changes_a_person_s_factors_whatever_their_permissions(name: str, who: str) -> None:
    user = await make_user()
    await give_app(user)
    await give_passkey(user)
    make_actor, code, reason = STRANGERS[who]
    given, before = (await _inputs(user))[name], await read_everything()
    actor = make_actor(user)

    with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}):
        answer = await execute(_document(name), {"input": given}, actor=actor)

    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["reason"]) == (code, reason)
    assert await read_everything() == before
    assert [tuple(row) for row in await db.fetch(AUDIT)] == [("mutation.denied", name, reason)]


@pytest.mark.parametrize("name", sorted(OWN - {"passkeyRename"}))
@pytest.mark.parametrize("proof", ["old", "weak"])
async def test_a_change_asks_for_a_fresh_and_strong_proof(name: str, proof: str) -> None:
    user = await make_user()
    await give_app(user)
    await give_passkey(user)
    given, before = (await _inputs(user))[name], await read_everything()
    age = timedelta(minutes=10, seconds=1) if proof == "old" else timedelta(0)
    details: dict[str, Any] = {"session_id": "ses_x", "auth_time": clock.now() - age}
    actor = as_user(user, acr="pwd" if proof == "weak" else "mfa", **details)

    answer = await execute(_document(name), {"input": given}, actor=actor)

    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["reason"]) == ("FORBIDDEN", "factors_step_up_required")
    assert await read_everything() == before


async def test_an_app_from_start_to_end() -> None:
    user = await make_user()
    started = (await read(_document("totpStart"), {"input": {}}, actor=fresh(user)))["totpStart"]
    given = {"setup": started["setup"], "code": code_of(started["secret"])}

    wrong = await read(_document("totpConfirm"), {"input": {**given, "code": "000000"}}, actor=fresh(user))
    confirmed = (await read(_document("totpConfirm"), {"input": given}, actor=fresh(user)))["totpConfirm"]
    removed = (await read(_document("totpRemove"), {"input": {}}, actor=fresh(user, "mfa")))["totpRemove"]

    assert started["uri"].startswith("otpauth://totp/Auther:ada%40example.com?secret=")
    assert started["qrCode"].startswith("<svg ")
    (error,) = wrong["totpConfirm"]["errors"]
    assert (error["code"], error["field"]) == ("INVALID", ["code"])
    assert confirmed["factors"]["isProtected"] is True
    assert len(confirmed["recoveryCodes"]) == confirmed["factors"]["recoveryCodesLeft"] == 10
    assert removed["factors"] == {"isProtected": False, "recoveryCodesLeft": 0, "totp": None, "passkeys": []}
    actions = [event.action for event in await read_audit() if event.actor_id == user.id]
    assert actions == ["factor.added", "recovery_codes.made", "factor.removed"]


async def test_a_passkey_from_start_to_end() -> None:
    user = await make_user()
    started = (await read(_document("passkeyStart"), {"input": {}}, actor=fresh(user)))["passkeyStart"]
    credential = json.loads(Authenticator().make(json.dumps(started["options"])))

    made = await read(
        _document("passkeyRegister"), {"input": {"name": "Laptop", "credential": credential}}, actor=fresh(user)
    )
    again = await read(
        _document("passkeyRegister"), {"input": {"name": "Copy", "credential": credential}}, actor=fresh(user, "mfa")
    )
    passkey = made["passkeyRegister"]["passkey"]
    renamed = await read(
        _document("passkeyRename"), {"input": {"id": passkey["id"], "name": "Desk"}}, actor=fresh(user)
    )
    removed = await read(_document("passkeyRemove"), {"input": {"id": passkey["id"]}}, actor=fresh(user, "mfa"))

    assert (passkey["name"], len(made["passkeyRegister"]["recoveryCodes"])) == ("Laptop", 10)
    assert [error["code"] for error in again["passkeyRegister"]["errors"]] == ["INVALID"]
    assert renamed["passkeyRename"]["passkey"] == {"id": passkey["id"], "name": "Desk"}
    assert removed["passkeyRemove"]["deletedId"] == passkey["id"]
    assert removed["passkeyRemove"]["factors"]["isProtected"] is False


async def test_a_challenge_is_spent_even_where_the_mutation_was_undone() -> None:
    user = await make_user()
    started = (await read(_document("passkeyStart"), {"input": {}}, actor=fresh(user)))["passkeyStart"]
    options = json.dumps(started["options"])
    bad = json.loads(Authenticator(origin="https://evil.example").make(options))
    good = json.loads(Authenticator().make(options))

    for credential in (bad, good):
        answer = await read(
            _document("passkeyRegister"), {"input": {"name": "x", "credential": credential}}, actor=fresh(user)
        )
        assert [error["code"] for error in answer["passkeyRegister"]["errors"]] == ["INVALID"]

    assert (await find_factors_of(user.id)).passkeys == ()


async def test_new_recovery_codes() -> None:
    user = await make_user()
    _, former = await give_app(user)

    answer = await read(_document("recoveryCodesRegenerate"), {"input": {}}, actor=fresh(user, "mfa"))

    codes = answer["recoveryCodesRegenerate"]["recoveryCodes"]
    assert (len(codes), set(codes) & set(former)) == (10, set())


async def test_without_a_factor_there_are_no_recovery_codes() -> None:
    user = await make_user()

    answer = await read(_document("recoveryCodesRegenerate"), {"input": {}}, actor=fresh(user))

    assert [error["code"] for error in answer["recoveryCodesRegenerate"]["errors"]] == ["CONFLICT"]


@pytest.mark.parametrize("name", ["passkeyRename", "passkeyRemove"])
async def test_the_passkeys_of_others_are_not_there(name: str) -> None:
    ada, eve = await make_user(), await make_user("eve@example.com")
    await give_passkey(eve)
    given, before = (await _inputs(eve))[name], await read_everything()

    answer = await read(_document(name), {"input": given}, actor=fresh(ada))

    assert [(error["code"], error["field"]) for error in answer[name]["errors"]] == [("NOT_FOUND", ["id"])]
    assert await read_everything() == before
