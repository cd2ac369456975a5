"""An operator begins to act as a user, in the browser that asked for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.authz.service import grant_relation, revoke_relation, super_admin
from app.authz.service.tuples import write_tuples
from app.authz.types import TupleKey
from app.authz.types.tuples import RelationTuple
from app.authz.types.writes import TupleWrite
from app.impersonation.rules import DEFAULT_TTL, MAX_REASON
from app.impersonation.service import begin_request
from app.impersonation.service.starting import REQUEST_TTL
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor, ActorKind
from app.kit.errors import AppError
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import override
from app.sessions.service import end_session, find_session, resolve_session
from app.users.service import ban_user, find_user
from app.users.types import User
from tests.clients.support import make_client
from tests.factors.support import give_app
from tests.graph.support import NOBODY, execute
from tests.impersonation.support import LONGEST, REASON, START, Desk, make_desk, may_impersonate, told
from tests.login.support import PASSWORD, Visitor, read_mails
from tests.support import ORIGIN, as_user, commit, deciding, make_user, read_everything


async def test_the_browser_is_the_user_and_says_whose_hand_it_is(desk: Desk, user: User) -> None:
    own = desk.visitor.session_token

    with clock.frozen():
        answer = await desk.begin(user)
        viewer, session = await desk.viewer(), await desk.session()

        assert (answer.status, answer.response.headers["location"]) == (303, "/account")
        assert viewer is not None
        assert viewer["user"]["id"] == user.id
        assert viewer["impersonation"] == {
            "operatorId": desk.operator.id,
            "operatorName": "Olga Operator",
            "expiresAt": session.expires_at.isoformat().replace("+00:00", "Z"),
        }
        assert session.expires_at == clock.now() + DEFAULT_TTL
    assert (session.user_id, session.impersonator_id) == (user.id, desk.operator.id)
    assert desk.visitor.session_token == own


async def test_the_proof_that_it_tells_of_is_the_operators(desk: Desk, user: User) -> None:
    own = await desk.session()

    await desk.begin(user)

    session = await desk.session()
    assert (session.acr, session.amr, session.auth_time) == (own.acr, own.amr, own.auth_time)
    assert session.parent_id == own.id


async def test_nothing_about_the_user_changes(desk: Desk, user: User) -> None:
    await desk.begin(user)
    await desk.visitor.get("/account/security")

    after = await find_user(user.id)
    assert after == user
    assert after.last_sign_in_at is None
    assert await db.fetch_value("SELECT count(*) FROM sessions_browser WHERE user_id = $1", user.id) == 0
    assert await read_mails() == []


async def test_it_is_told_with_both_names_and_the_reason(desk: Desk, user: User) -> None:
    await desk.begin(user)

    session = await desk.session()
    operator = desk.operator.id
    assert await told("user.impersonation_requested", "user.impersonated", "session.created") == [
        ("session.created", operator, None, session.parent_id, None),
        ("user.impersonation_requested", operator, None, user.id, REASON),
        ("session.created", user.id, operator, session.id, None),
        ("user.impersonated", operator, None, user.id, REASON),
    ]
    published = await db.fetch("SELECT type FROM events_outbox WHERE type LIKE 'user.imp%'")
    assert [row["type"] for row in published] == ["user.impersonated"]


async def test_the_page_asks_once_more(desk: Desk, user: User) -> None:
    payload = await desk.request(user, ttlSeconds=900)

    page = await desk.visitor.get(payload["path"])

    assert page.status == 200
    assert page.title == "Act as Jane Doe? – Auther"
    assert page.texts["reason"] == REASON
    assert "jane@example.com, for at most 15 minutes" in page.html
    assert await desk.who() == desk.operator.id


@pytest.mark.parametrize("language", ["en", "de", "fr"])
async def test_every_page_has_the_banner(desk: Desk, user: User, language: str) -> None:
    desk.visitor.client.headers["accept-language"] = language
    await desk.begin(user)
    until = (await desk.session()).expires_at.strftime("%H:%M")

    pages = [await desk.visitor.get(path) for path in ("/account/security", "/impersonation/stop", "/nothing/here")]

    for page in pages:
        assert all(name in page.texts["acting"] for name in ("Olga Operator", "Jane Doe", until)), page.html
        assert page.forms["acting-form"].action == "/impersonation/stop"
        assert 'role="status"' in page.html


async def test_nobody_has_the_banner_who_is_themselves(desk: Desk) -> None:
    assert "acting" not in (await desk.visitor.get("/account/security")).texts


async def test_how_long_it_lasts_is_the_operators_choice_and_never_longer_than_their_own_session(
    desk: Desk, user: User
) -> None:
    with clock.frozen():
        await desk.begin(user, ttlSeconds=LONGEST)
        assert (await desk.session()).expires_at == clock.now() + timedelta(hours=1)
        await db.execute("UPDATE sessions_session SET expires_at = $1 WHERE parent_id IS NULL", _in(minutes=20))
        page = await desk.visitor.get("/impersonation/stop")
        await desk.visitor.submit(page, "stop-form")

        await desk.begin(user, ttlSeconds=LONGEST)

        assert (await desk.session()).expires_at == _in(minutes=20)


def _in(**delta: float) -> datetime:
    return clock.now() + timedelta(**delta)


async def assert_refused(desk: Desk, user: User, code: str, **given: Any) -> None:
    """Refused with a denial in the trail; nothing else changed."""
    before = await read_everything()

    payload = await desk.request(user, **given)

    refusals = [payload.get("reason"), *(each["code"] for each in payload.get("errors", ()))]
    assert code in refusals, payload
    assert await read_everything() == before


async def test_nobody_acts_as_somebody_stronger(desk: Desk, user: User) -> None:
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    await assert_refused(desk, user, "impersonation_of_stronger")

    assert (await told("user.impersonation_refused"))[-1] == (
        "user.impersonation_refused", desk.operator.id, None, user.id, "impersonation_of_stronger",
    )  # fmt: skip


@pytest.mark.parametrize("relation", ["admin", "full_access"])
@pytest.mark.parametrize("place", ["*", "the client"])
async def test_nobody_acts_as_who_manages_or_opens_applications(
    desk: Desk, user: User, relation: str, place: str
) -> None:
    entity_id = (await make_client()).id if place == "the client" else place
    await commit(grant_relation(SYSTEM, TupleKey("clients", entity_id, relation, "user", user.id)))

    await assert_refused(desk, user, "impersonation_of_stronger")


async def test_nobody_acts_as_who_will_be_stronger_later_or_is_through_a_group(desk: Desk, user: User) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    later = RelationTuple(TupleKey("group", "staff", "member", "user", user.id), starts_at=tomorrow)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(later,))))
    client_id = (await make_client()).id
    await commit(grant_relation(SYSTEM, TupleKey("clients", client_id, "admin", "group", "staff", "member")))

    await assert_refused(desk, user, "impersonation_of_stronger")


async def test_an_operator_of_clients_acts_as_who_manages_one(desk: Desk, user: User) -> None:
    client_id = (await make_client()).id
    await commit(grant_relation(SYSTEM, TupleKey("clients", client_id, "admin", "user", user.id)))
    await commit(grant_relation(SYSTEM, TupleKey("clients", "*", "admin", "user", desk.operator.id)))

    await desk.begin(user)

    assert await desk.who() == user.id


async def test_an_equal_is_possible(desk: Desk, user: User) -> None:
    await may_impersonate(user)

    await desk.begin(user)

    assert await desk.who() == user.id


async def test_nobody_acts_as_themselves_or_as_who_may_not_sign_in(desk: Desk, user: User) -> None:
    await assert_refused(desk, desk.operator, "CONFLICT")
    await commit(ban_user(SYSTEM, user.id))
    await assert_refused(desk, user, "CONFLICT")


async def test_nobody_acts_as_nobody(desk: Desk, user: User) -> None:
    payload = (await desk.ask(START, input={"userId": "usr_nobody", "reason": REASON}))["data"]["impersonationStart"]

    assert [(each["code"], each["field"]) for each in payload["errors"]] == [("NOT_FOUND", ["id"])]


async def test_a_proof_that_is_old_or_weaker_than_the_operator_can_give_is_not_enough(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        time.advance(timedelta(minutes=11))
        await desk.viewer()  # the session's use is noted
        await assert_refused(desk, user, "factors_step_up_required")
    await give_app(desk.operator)
    await assert_refused(desk, user, "factors_step_up_required")


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"reason": ""}, "REQUIRED", "reason"),
        ({"reason": "   "}, "REQUIRED", "reason"),
        ({"reason": "x" * (MAX_REASON + 1)}, "REQUIRED", "reason"),
        ({"ttlSeconds": 59}, "INVALID", "ttlSeconds"),
        ({"ttlSeconds": LONGEST + 1}, "INVALID", "ttlSeconds"),
    ],
)
async def test_reason_and_duration_are_bounded(
    desk: Desk, user: User, given: dict[str, Any], code: str, field: str
) -> None:
    before = await read_everything()

    payload = await desk.request(user, **given)

    assert [(each["code"], each["field"]) for each in payload["errors"]] == [(code, [field])]
    assert payload["path"] is None
    assert await read_everything() == before


async def test_who_acts_as_somebody_acts_as_nobody_else(desk: Desk, user: User) -> None:
    await may_impersonate(user)
    third = await make_user("third@example.com")
    await desk.begin(user)

    payload = await desk.request(third)

    assert [each["code"] for each in payload["errors"]] == ["CONFLICT"]
    assert await db.fetch_value("SELECT count(*) FROM impersonation_request") == 0


CALLERS: dict[str, tuple[Callable[[User], Actor], str]] = {
    "anonymous": (lambda user: NOBODY, "kit_sign_in_required"),
    "a plain user": (lambda user: as_user("usr_plain", session_id="ses_x"), "kit_permission_missing"),
    "an admin who lacks it": (lambda user: as_user("usr_lacking", session_id="ses_x"), "kit_permission_missing"),
    "an application": (
        lambda user: as_user("usr_holding", session_id="ses_x", client_id="cli_x"),
        "impersonation_browser_only",
    ),
    "a token": (lambda user: as_user("usr_holding", client_id="cli_x"), "impersonation_browser_only"),
    "a client": (lambda user: Actor(ActorKind.CLIENT, "cli_x", origin=ORIGIN), "impersonation_browser_only"),
    "a key": (
        lambda user: Actor(ActorKind.API_KEY, "key_x", owner_id="usr_holding", origin=ORIGIN),
        "impersonation_browser_only",
    ),
}


@pytest.mark.parametrize("who", CALLERS)
async def test_only_an_operator_at_a_browser_may_ask(user: User, who: str) -> None:
    make_actor, reason = CALLERS[who]
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {"users.impersonate"}, usr_holding=ALL_PERMISSIONS):
        answer = await execute(START, {"input": {"userId": user.id, "reason": REASON}}, actor=make_actor(user))

    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["reason"] == reason
    assert await read_everything() == before


async def test_it_begins_once(desk: Desk, user: User) -> None:
    path = (await desk.request(user))["path"]
    page = await desk.visitor.get(path)
    await desk.visitor.submit(page, "start-form")
    await desk.visitor.submit(await desk.visitor.get("/impersonation/stop"), "stop-form")

    again = await desk.visitor.submit(page, "start-form")

    assert again.status == 410
    assert (await desk.visitor.get(path)).status == 410
    assert await desk.who() == desk.operator.id


async def test_of_two_at_once_one_begins(desk: Desk, user: User) -> None:
    own = await desk.session()
    request_id = (await desk.request(user))["path"].rpartition("/")[2]
    actor = as_user(desk.operator, session_id=own.id)

    outcomes = await asyncio.gather(
        *(commit(begin_request(actor, request_id, "browser")) for _ in range(4)), return_exceptions=True
    )

    assert Counter(each.code if isinstance(each, AppError) else "begun" for each in outcomes) == {
        "begun": 1, "impersonation_request_over": 3,
    }  # fmt: skip
    assert await db.fetch_value("SELECT count(*) FROM sessions_session WHERE parent_id = $1", own.id) == 1


async def test_it_is_too_late_after_a_while(desk: Desk, user: User) -> None:
    with clock.frozen() as time:
        page = await desk.visitor.get((await desk.request(user))["path"])
        time.advance(REQUEST_TTL)

        answer = await desk.visitor.submit(page, "start-form")

    assert answer.status == 410
    assert desk.acting_token is None


async def test_the_address_is_worth_nothing_to_anybody_else(desk: Desk, user: User, stranger: Visitor) -> None:
    path = (await desk.request(user))["path"]
    other = await make_desk(stranger, "other@example.com")

    page = await stranger.get(path)

    assert (page.status, page.forms) == (410, {})
    assert await other.who() == other.operator.id


async def test_somebody_without_a_session_signs_in_first(desk: Desk, user: User, stranger: Visitor) -> None:
    path = (await desk.request(user))["path"]

    page = await stranger.get(path)

    assert (page.status, page.response.headers["location"]) == (303, f"/signin?next={path}")


async def test_what_was_permitted_when_it_was_asked_is_asked_again(desk: Desk, user: User) -> None:
    page = await desk.visitor.get((await desk.request(user))["path"])
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    answer = await desk.visitor.submit(page, "start-form")

    assert answer.status == 403
    assert desk.acting_token is None
    assert await desk.who() == desk.operator.id


async def test_a_permission_that_is_gone_meanwhile_is_missed(desk: Desk, user: User) -> None:
    page = await desk.visitor.get((await desk.request(user))["path"])
    await commit(revoke_relation(SYSTEM, TupleKey("users", "*", "admin", "user", desk.operator.id)))

    answer = await desk.visitor.submit(page, "start-form")

    assert (answer.status, desk.acting_token) == (403, None)


async def test_a_form_of_another_site_begins_nothing(desk: Desk, user: User) -> None:
    path = (await desk.request(user))["path"]

    answer = await desk.visitor.client.post(path, data={"csrf": "forged"})

    assert (answer.status_code, desk.acting_token) == (403, None)


async def test_one_of_the_two_cookies_alone_opens_nothing(desk: Desk, user: User, stranger: Visitor) -> None:
    await desk.begin(user)
    acting = desk.acting_token or ""
    assert await resolve_session(acting) is None

    for name in ("auther_session", "auther_acting"):
        stranger.client.cookies.clear()
        stranger.client.cookies.set(name, acting, domain="localhost.local", path="/")
        assert await Desk(stranger, desk.operator).viewer() is None, name


async def test_the_cookies_of_two_operators_do_not_mix(desk: Desk, user: User, stranger: Visitor) -> None:
    other = await make_desk(stranger, "other@example.com")
    await desk.begin(user)

    stranger.client.cookies.set("auther_acting", desk.acting_token or "", domain="localhost.local", path="/")

    assert await other.viewer() is None


async def test_beginning_again_ends_the_former_one(desk: Desk, user: User) -> None:
    second = await make_user("second@example.com")
    path = (await desk.request(second))["path"]
    page = await desk.visitor.get(path)
    await desk.begin(user)
    former = await desk.session()
    desk.visitor.client.cookies.delete("auther_acting")

    await desk.visitor.submit(page, "start-form")

    assert await desk.who() == second.id
    ended = await find_session(former.id)
    assert ended is not None
    assert ended.ended_at is not None
    assert ("user.impersonation_ended", user.id, desk.operator.id, user.id, "sessions_acting_replaced") in await told()


async def test_an_operators_session_that_ended_begins_nothing(desk: Desk, user: User) -> None:
    own = await desk.session()
    request_id = (await desk.request(user))["path"].rpartition("/")[2]
    await commit(end_session(as_user(desk.operator), own.id))

    with pytest.raises(AppError) as caught:
        await commit(begin_request(as_user(desk.operator, session_id=own.id), request_id, "browser"))

    assert caught.value.code == "impersonation_request_over"


async def test_where_everybody_needs_a_second_factor_a_weaker_operator_acts_no_more(desk: Desk, user: User) -> None:
    await desk.begin(user)

    with override(require_mfa=True):
        assert await desk.viewer() is None


async def test_signing_in_by_password_is_no_way_out_of_it(desk: Desk, user: User) -> None:
    await desk.begin(user)

    page = await desk.visitor.get("/signin")
    answer = await desk.visitor.client.post("/signin", data={"identifier": "jane@example.com", "password": PASSWORD})

    assert (page.status, page.response.headers["location"]) == (303, "/impersonation/stop")
    assert answer.status_code == 403
    assert await desk.who() == user.id
