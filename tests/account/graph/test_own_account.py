"""One's own account in the API: one's own session, nobody else's, and nothing that is for operators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.account.service import find_pending_email, start_email_change
from app.credentials.service import check_password
from app.graph.schema import graphql_schema
from app.kit import clock, db
from app.kit.actor import Actor, ActorKind
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import override
from app.sessions.service import begin_session
from app.users.service import get_user
from app.users.types import User
from tests.factors.support import fresh, give_app
from tests.graph.support import NOBODY, console_documents, execute, read
from tests.graph.test_mutations import OWN_ACCOUNT as OWN
from tests.login.support import OTHER_PASSWORD, PASSWORD, make_person, read_mails
from tests.support import ORIGIN, as_user, commit, counted_statements, deciding, make_user, read_audit, read_everything

DOCUMENTS = {
    path.removeprefix("account/").removesuffix(".graphql"): text
    for path, text in console_documents().items()
    if path.startswith("account/")
}
INPUTS: dict[str, dict[str, Any]] = {
    "viewerUpdate": {"name": "Renamed"},
    "viewerPasswordChange": {"password": OTHER_PASSWORD},
    "viewerEmailChangeStart": {"email": "ada.king@example.com"},
    "viewerEmailChangeWithdraw": {},
    "viewerVerificationSend": {},
}
FRESH = ("viewerEmailChangeStart", "viewerPasswordChange")
DENIED = "SELECT action, target_id, reason FROM events_audit WHERE outcome = 'denied'"
NOT_OWN = ("FORBIDDEN", "factors_own_session_required")
STRANGERS: dict[str, tuple[Callable[[User], Actor], tuple[str, str]]] = {
    "anonymous": (lambda user: NOBODY, ("UNAUTHENTICATED", "kit_sign_in_required")),
    "an application": (lambda user: fresh(user, client_id="cli_x", scopes=frozenset({"auther:api"})), NOT_OWN),
    "who acts for them": (lambda user: fresh(user, impersonator_id="usr_admin"), NOT_OWN),
    "no session": (lambda user: as_user(user, auth_time=clock.now(), acr="mfa"), NOT_OWN),
    "a key": (lambda user: Actor(ActorKind.API_KEY, "key_x", owner_id=user.id, origin=ORIGIN), NOT_OWN),
    "a client": (lambda user: Actor(ActorKind.CLIENT, "cli_x", origin=ORIGIN), NOT_OWN),
}


def document(name: str) -> str:
    return DOCUMENTS[f"{name[0].upper()}{name[1:]}"]


@pytest.mark.parametrize("name", sorted(OWN))
@pytest.mark.parametrize("who", STRANGERS)
async def test_nobody_else_changes_a_person_s_account_whatever_their_permissions(name: str, who: str) -> None:
    user = await make_user(email_verified=False)
    await commit(start_email_change(fresh(user), "third@example.com", locale="en"))
    make_actor, expected = STRANGERS[who]
    actor, before = make_actor(user), await read_everything()

    with deciding(**{actor.id or "nobody": ALL_PERMISSIONS}):
        answer = await execute(document(name), {"input": INPUTS[name]}, actor=actor)

    extensions = answer["errors"][0]["extensions"]
    assert (extensions["code"], extensions["reason"]) == expected
    assert await read_everything() == before
    assert [tuple(row) for row in await db.fetch(DENIED)] == [("mutation.denied", name, expected[1])]


@pytest.mark.parametrize("proof", ["old", "weak"])
@pytest.mark.parametrize("name", FRESH)
async def test_what_opens_an_account_asks_for_a_fresh_and_strong_proof(name: str, proof: str) -> None:
    user = await make_user()
    await give_app(user)
    age = timedelta(minutes=10, seconds=1) if proof == "old" else timedelta(0)
    acr = "pwd" if proof == "weak" else "mfa"
    actor, before = as_user(user, session_id="ses_x", auth_time=clock.now() - age, acr=acr), await read_everything()

    answer = await execute(document(name), {"input": INPUTS[name]}, actor=actor)

    assert answer["errors"][0]["extensions"]["reason"] == "factors_step_up_required"
    assert await read_everything() == before


async def test_a_profile_needs_no_permission_and_no_fresh_proof() -> None:
    user = await make_user(name="Ada", picture="https://example.com/ada.png")
    actor = as_user(user, session_id="ses_x", auth_time=clock.now() - timedelta(days=1), acr="pwd")
    given = {"name": "Ada King", "picture": None, "zoneinfo": "Europe/London"}

    with deciding():
        payload = (await read(document("viewerUpdate"), {"input": given}, actor=actor))["viewerUpdate"]

    assert payload["errors"] == []
    assert payload["user"] == {
        "id": user.id, "name": "Ada King", "username": None, "picture": None, "locale": None,
        "zoneinfo": "Europe/London",
    }  # fmt: skip
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.before, event.after) == (
        "user.updated",
        user.id,
        {"name": "Ada", "picture": "https://example.com/ada.png", "zoneinfo": None},
        {"name": "Ada King", "picture": None, "zoneinfo": "Europe/London"},
    )


def test_a_profile_holds_nothing_that_is_for_operators() -> None:
    fields = graphql_schema.type_map["ViewerUpdateInput"].fields  # type: ignore[attr-defined]

    assert set(fields) == {"name", "username", "picture", "locale", "zoneinfo"}


@pytest.mark.parametrize("field", ["email", "emailVerified", "status", "attributes", "id"])
async def test_what_is_for_operators_is_no_input(field: str) -> None:
    user = await make_user(email_verified=False)
    before = await read_everything()

    answer = await execute(document("viewerUpdate"), {"input": {field: "true"}}, actor=fresh(user))

    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert await read_everything() == before


async def test_what_is_wrong_with_a_profile_is_told_by_field() -> None:
    user = await make_user()

    answer = await read(
        document("viewerUpdate"), {"input": {"locale": "?", "zoneinfo": "Middle/Earth"}}, actor=fresh(user)
    )

    errors = answer["viewerUpdate"]["errors"]
    assert sorted((each["code"], *each["field"]) for each in errors) == [("INVALID", "locale"), ("INVALID", "zoneinfo")]


async def test_a_username_is_for_the_server_to_allow() -> None:
    user = await make_user(username="ada")
    given = {"input": {"username": "countess"}}

    refused = await execute(document("viewerUpdate"), given, actor=fresh(user))
    same = await read(document("viewerUpdate"), {"input": {"username": "ada", "name": "Ada"}}, actor=fresh(user))
    with override(own_usernames=True):
        chosen = await read(document("viewerUpdate"), given, actor=fresh(user))

    assert refused["errors"][0]["extensions"]["reason"] == "account_username_fixed"
    assert same["viewerUpdate"]["errors"] == []
    assert chosen["viewerUpdate"]["user"]["username"] == "countess"


async def test_a_new_password_ends_every_other_session() -> None:
    user = await make_person()
    own, other = [
        (await commit(begin_session(as_user(user), user, amr=("pwd",), acr="pwd", browser_id=browser))).session.id
        for browser in ("one", "two")
    ]
    actor = as_user(user, session_id=own, auth_time=clock.now(), acr="pwd")

    weak = await read(document("viewerPasswordChange"), {"input": {"password": "password"}}, actor=actor)
    done = await read(document("viewerPasswordChange"), {"input": {"password": OTHER_PASSWORD}}, actor=actor)

    (first, *_) = weak["viewerPasswordChange"]["errors"]
    assert (first["code"], first["field"]) == ("WEAK_PASSWORD", ["password"])
    assert done["viewerPasswordChange"] == {"user": {"id": user.id}, "errors": []}
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct
    assert not (await check_password(user.id, PASSWORD)).is_correct
    ended = await db.fetch("SELECT id FROM sessions_session WHERE ended_at IS NOT NULL")
    assert [row["id"] for row in ended] == [other]
    actions = [row["action"] for row in await db.fetch("SELECT action FROM events_audit ORDER BY seq DESC LIMIT 2")]
    assert actions == ["session.deleted", "password.changed"]


async def test_who_changes_their_password_gets_a_mail_and_who_fails_does_not() -> None:
    user = await make_person()

    await read(document("viewerPasswordChange"), {"input": {"password": "password"}}, actor=fresh(user))
    before = await read_mails()
    await read(document("viewerPasswordChange"), {"input": {"password": OTHER_PASSWORD}}, actor=fresh(user))

    (mail,) = await read_mails()
    assert before == []
    assert (mail.to, mail.template) == (user.email, "password_changed")
    assert "http://localhost:8000/account/security" in (mail.text or "")


async def test_ten_passwords_an_hour_are_tried_those_that_fail_included() -> None:
    user = await make_person()
    weak = {"input": {"password": "password"}}

    with clock.frozen() as stopped:
        tries = [await execute(document("viewerPasswordChange"), weak, actor=fresh(user)) for _ in range(11)]
        stopped.advance(timedelta(hours=1))
        later = await execute(document("viewerPasswordChange"), weak, actor=fresh(user))

    assert ["errors" in each for each in [*tries, later]] == [False] * 10 + [True, False]
    assert tries[10]["errors"][0]["extensions"]["reason"] == "kit_rate_limited"
    assert [tuple(row) for row in await db.fetch(DENIED)] == [
        ("mutation.denied", "viewerPasswordChange", "kit_rate_limited")
    ]


async def test_of_many_passwords_at_once_ten_are_judged() -> None:
    user = await make_person()
    weak = {"input": {"password": "password"}}

    with clock.frozen():
        answers = await asyncio.gather(
            *(execute(document("viewerPasswordChange"), weak, actor=fresh(user)) for _ in range(16))
        )

    assert sum("errors" in each for each in answers) == 6


async def test_nothing_is_held_while_a_new_password_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await make_person()
    seen: list[bool] = []

    async def ask(password: str) -> bool:
        seen.append(db.is_in_unit_of_work())
        return False

    monkeypatch.setattr("app.credentials.service.passwords.is_breached", ask)
    await read(document("viewerPasswordChange"), {"input": {"password": OTHER_PASSWORD}}, actor=fresh(user))

    assert seen == [False]


async def test_several_passwords_in_one_document_are_each_their_own() -> None:
    user = await make_person()
    text = """mutation($one: ViewerPasswordChangeInput!, $two: ViewerPasswordChangeInput!) {
      one: viewerPasswordChange(input: $one) { user { id } errors { code } }
      two: viewerPasswordChange(input: $two) { user { id } errors { code } }
    }"""

    done = await read(text, {"one": {"password": OTHER_PASSWORD}, "two": {"password": "password"}}, actor=fresh(user))

    assert done["one"] == {"user": {"id": user.id}, "errors": []}
    assert done["two"]["user"] is None
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_of_many_usernames_at_once_ten_are_tried() -> None:
    user = await make_user()
    for n in range(16):
        await make_user(f"u{n}@example.com", username=f"taken{n}")

    with override(own_usernames=True), clock.frozen() as stopped:
        answers = await asyncio.gather(
            *(
                execute(document("viewerUpdate"), {"input": {"username": f"taken{n}"}}, actor=fresh(user))
                for n in range(16)
            )
        )
        stopped.advance(timedelta(hours=1))
        later = await read(document("viewerUpdate"), {"input": {"username": "free"}}, actor=fresh(user))

    assert sum("errors" in each for each in answers) == 6
    assert later["viewerUpdate"]["user"]["username"] == "free"


async def test_a_username_that_stays_is_not_counted() -> None:
    user = await make_user(username="ada")

    with override(own_usernames=True), clock.frozen():
        for _ in range(11):
            answer = await execute(document("viewerUpdate"), {"input": {"username": "ada"}}, actor=fresh(user))
            assert "errors" not in answer


async def test_who_has_no_password_chooses_a_first_one() -> None:
    user = await make_user()

    await read(document("viewerPasswordChange"), {"input": {"password": OTHER_PASSWORD}}, actor=fresh(user))

    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_another_address_waits_until_it_is_confirmed_and_can_be_withdrawn() -> None:
    user = await make_user()
    given = {"input": {"email": "ada.king@example.com"}}

    with clock.frozen():
        started = await read(document("viewerEmailChangeStart"), given, actor=fresh(user))
        shown = await read(DOCUMENTS["ViewerAccount"], actor=fresh(user))
        withdrawn = await read(document("viewerEmailChangeWithdraw"), {"input": {}}, actor=fresh(user))

    pending = started["viewerEmailChangeStart"]["emailChange"]
    assert pending["email"] == "ada.king@example.com"
    assert shown["viewer"]["emailChange"] == pending
    assert shown["viewer"]["user"]["email"] == user.email
    assert withdrawn["viewerEmailChangeWithdraw"]["user"] == {"id": user.id, "email": user.email}
    assert await find_pending_email(user.id) is None
    assert (await get_user(user.id)).email == user.email
    actions = [row["action"] for row in await db.fetch("SELECT action FROM events_audit ORDER BY seq DESC LIMIT 2")]
    assert actions == ["user.email_change_withdrawn", "user.email_change_started"]


async def test_an_address_of_somebody_else_is_answered_in_as_many_statements_with_the_same() -> None:
    user = await make_user()
    await make_user("bob@example.com")
    answers, counts = [], []

    with clock.frozen():
        for email in ("bob@example.com", "bab@example.com"):
            with counted_statements() as statements:
                answer = await read(document("viewerEmailChangeStart"), {"input": {"email": email}}, actor=fresh(user))
            answers.append(str(answer).replace(email, "x"))
            counts.append([text.split()[0:3] for text in statements])

    assert answers[0] == answers[1]
    assert counts[0] == counts[1]


async def test_only_the_caller_s_own_wish_is_shown() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    await commit(start_email_change(fresh(user), "third@example.com", locale="en"))

    answers = [
        await read("{ viewer { emailChange { email } } }", actor=actor)
        for actor in (fresh(other), Actor(ActorKind.CLIENT, "cli_x", origin=ORIGIN))
    ]

    assert [answer["viewer"]["emailChange"] for answer in answers] == [None, None]


async def test_the_mail_that_proves_an_address_is_sent_while_that_is_missing() -> None:
    unproved, proved = await make_user(email_verified=False), await make_user("bob@example.com")

    for user in (unproved, proved):
        await read(document("viewerVerificationSend"), {"input": {}}, actor=fresh(user))

    assert [(mail.to, mail.template) for mail in await read_mails()] == [(unproved.email, "verify_email")]
