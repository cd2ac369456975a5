"""The second step: after a password, a code, a recovery code or a passkey; and nothing opens before it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest
from starlette.applications import Starlette

from app.credentials.service import adopt_password, prepare_password, require_password_change
from app.factors.service import find_factors_of, reset_factors
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.pages.cookies import session_cookie_name
from app.kit.runtime import override
from app.login.errors import StartOver
from app.login.service import complete_with_code, strengthen
from app.login.types import Arrival
from app.sessions.service import find_flow, resolve_session
from app.sessions.types import ResolvedSession
from app.users.service import ban_user
from tests.factors.support import Authenticator, code_of, give_app, give_passkey
from tests.login.support import OTHER_PASSWORD, PASSWORD, Page, Visitor, failures, link_in, make_person, read_mails
from tests.support import as_user, commit, read_everything

SECOND = "/signin/second"
WRONG = "000000"
CODE_WRONG = "That code is not right, or was used already."


def options_of(page: Page) -> str:
    """The options that the page's script reads."""
    found = re.search(r'data-options="([^"]*)"', page.html)
    assert found is not None, page.html
    return unescape(found[1])


async def session_of(visitor: Visitor) -> ResolvedSession | None:
    return await resolve_session(visitor.session_token or "")


async def _arrive(visitor: Visitor, url: str = "/signin", login: str = "ada") -> Page:
    """The page of the second step, reached with the right password."""
    answer = await visitor.sign_in(login, url=url)
    assert answer.status == 303
    return await visitor.follow(answer)


async def test_a_code_after_the_password_signs_in_with_two_factors(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen():
        secret, _ = await give_app(user)
        page = await _arrive(visitor)

        answer = await visitor.submit(page, "code-form", code=code_of(secret))

        session = await session_of(visitor)
        assert (answer.status, answer.response.headers["location"]) == (303, "/admin/")
        assert session is not None
        assert (session.session.amr, session.session.acr) == (("pwd", "otp", "mfa"), "mfa")
        assert session.session.auth_time == clock.now()
    assert visitor.client.cookies.get("auther_pending") is None


@pytest.mark.parametrize(
    ("path", "seen"),
    [
        ("/signout", 303),
        ("/account/security", 303),
        ("/password/change", 303),
        ("/signin/enrol", 303),
        ("/signin/offer", 303),
        ("/device", 303),
    ],
)
async def test_who_waits_is_anonymous_on_every_page(visitor: Visitor, path: str, seen: int) -> None:
    await give_app(await make_person())
    await _arrive(visitor)

    page = await visitor.get(path)

    assert page.status == seen
    assert "/signin" in page.response.headers["location"]
    assert visitor.session_token is None


async def test_who_waits_is_anonymous_in_graphql_and_at_the_live_check(visitor: Visitor) -> None:
    await give_app(await make_person())
    await _arrive(visitor)
    pending = visitor.client.cookies["auther_pending"]
    # Neither the note itself nor the note in the place of a session opens anything.
    for session in (None, pending):
        if session is not None:
            visitor.client.cookies.set(session_cookie_name(), session)
        headers = {"x-auther-csrf": "1", "accept": "application/json"}
        query = {"query": "{ viewer { user { id } } }"}
        asked = await visitor.client.post("/graphql", json=query, headers=headers)
        checked = await visitor.client.post("/api/auth/check-permission", json={}, headers=headers)
        userinfo = await visitor.client.get("/oauth2/userinfo", headers={"authorization": f"Bearer {pending}"})

        assert asked.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (checked.status_code, userinfo.status_code) == (401, 401)
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 0


async def test_a_wrong_code_comes_back_beside_its_field_and_is_recorded(visitor: Visitor) -> None:
    user = await make_person()
    await give_app(user)

    page = await visitor.submit(await _arrive(visitor), "code-form", code=WRONG)

    assert (page.status, page.texts["code-error"]) == (400, CODE_WRONG)
    assert visitor.session_token is None
    assert await failures() == [(user.id, "wrong_code")]


async def test_a_code_that_signed_in_signs_nobody_else_in(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    with clock.frozen():
        secret, _ = await give_app(user)
        code = code_of(secret)
        pages = [await _arrive(each) for each in (visitor, stranger)]

        answers = await asyncio.gather(
            *(each.submit(page, "code-form", code=code) for each, page in zip((visitor, stranger), pages, strict=True))
        )

    assert sorted(answer.status for answer in answers) == [303, 400]
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 1


async def test_guesses_slow_down_and_stop_and_the_owner_hears_once(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        answers: list[int] = []
        while answers.count(400) < 10:
            page = await visitor.submit(await _arrive(visitor), "code-form", code=WRONG)
            answers.append(page.status)
            if page.status == 429:
                frozen.advance(timedelta(seconds=int(page.response.headers["retry-after"])))

        locked = await visitor.submit(await _arrive(visitor), "code-form", code=code_of(secret))

        assert (locked.status, locked.alert) == (
            429,
            "Too many wrong codes: none is taken for a while. Try again in 60 minutes.",
        )
        mails = [mail.template for mail in await read_mails()]
        assert mails.count("codes_guessed") == 1
        frozen.advance(timedelta(hours=1))
        opened = await visitor.submit(await _arrive(visitor), "code-form", code=code_of(secret))
        assert opened.status == 303


async def test_a_right_password_buys_no_further_guesses(visitor: Visitor) -> None:
    await give_app(await make_person())

    with clock.frozen():
        statuses = [(await visitor.submit(await _arrive(visitor), "code-form", code=WRONG)).status for _ in range(5)]

    assert statuses == [400, 400, 400, 429, 429]


async def test_of_thirty_guesses_at_once_three_are_made(visitor: Visitor) -> None:
    user = await make_person()
    await give_app(user)
    page = await _arrive(visitor)

    with clock.frozen():
        answers = await asyncio.gather(*(visitor.submit(page, "code-form", code=WRONG) for _ in range(30)))

    assert [answer.status for answer in answers].count(400) == 3
    assert (await failures()).count((user.id, "wrong_code")) == 3


async def test_who_guesses_in_a_strange_browser_does_not_lock_the_owner_s_own(
    visitor: Visitor, stranger: Visitor
) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        secret, _ = await give_app(user)
        for _ in range(20):
            await stranger.submit(await _arrive(stranger), "code-form", code=WRONG)
            frozen.advance(timedelta(minutes=1))
        visitor.client.cookies.delete("auther_session")

        answer = await visitor.submit(await _arrive(visitor), "code-form", code=code_of(secret))

    assert answer.status == 303


async def test_a_recovery_code_signs_in_once(visitor: Visitor) -> None:
    user = await make_person()
    _, codes = await give_app(user)
    page = await _arrive(visitor)
    page = await visitor.get(page.links["recovery"])

    answer = await visitor.submit(page, "code-form", code=codes[0])
    session = await session_of(visitor)
    visitor.client.cookies.delete("auther_session")
    again = await visitor.submit(
        await visitor.get((await _arrive(visitor)).links["recovery"]), "code-form", code=codes[0]
    )

    assert answer.status == 303
    assert session is not None
    assert (session.session.amr, session.session.acr) == (("pwd", "otp", "mfa"), "mfa")
    assert (again.status, again.texts["code-error"]) == (400, CODE_WRONG)


async def test_a_code_of_the_app_is_no_recovery_code_nor_the_reverse(visitor: Visitor) -> None:
    user = await make_person()
    secret, codes = await give_app(user)
    page = await _arrive(visitor)

    answers = [
        await visitor.submit(page, "code-form", code=codes[0]),
        await visitor.submit(await visitor.get(page.links["recovery"]), "code-form", code=code_of(secret)),
    ]

    assert [answer.status for answer in answers] == [400, 400]
    assert (await find_factors_of(user.id)).recovery_codes_left == 10


async def test_a_passkey_is_a_second_factor(visitor: Visitor) -> None:
    user = await make_person()
    authenticator = await give_passkey(user)
    page = await _arrive(visitor)
    assert "code-form" not in page.forms

    answer = await visitor.submit(page, "passkey-form", credential=authenticator.get(options_of(page)))

    session = await session_of(visitor)
    assert answer.status == 303
    assert session is not None
    assert (session.session.amr, session.session.acr) == (("pwd", "hwk", "user", "mfa"), "mfa")


async def test_somebody_else_s_passkey_is_refused_and_its_challenge_burned(visitor: Visitor) -> None:
    ada, eve = await make_person(), await make_person("eve@example.com")
    own, foreign = await give_passkey(ada), await give_passkey(eve)
    page = await _arrive(visitor)
    options = options_of(page)

    refused = await visitor.submit(page, "passkey-form", credential=foreign.get(options))
    burned = await visitor.submit(page, "passkey-form", credential=own.get(options))

    assert [each.alert for each in (refused, burned)] == ["That passkey was not accepted."] * 2
    assert visitor.session_token is None
    assert await failures() == [(ada.id, "passkey_foreign"), (ada.id, "passkey_challenge")]


async def test_the_second_step_belongs_to_the_browser_that_began_it(visitor: Visitor, stranger: Visitor) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    await _arrive(visitor)
    await stranger.get("/signin")
    stranger.client.cookies.set("auther_pending", visitor.client.cookies["auther_pending"])

    page = await stranger.get(SECOND)

    assert (page.status, page.response.headers["location"]) == (303, "/signin")
    assert secret


async def test_the_step_cannot_be_posted_without_its_proof(visitor: Visitor) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    page = await _arrive(visitor)
    visitor.client.cookies.delete("auther_pending")

    answer = await visitor.submit(page, "code-form", code=code_of(secret))

    assert (answer.status, answer.response.headers["location"]) == (303, "/signin")
    assert visitor.session_token is None


async def test_the_step_is_over_after_a_while(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        page = await _arrive(visitor)
        frozen.advance(timedelta(minutes=10))

        answer = await visitor.submit(page, "code-form", code=code_of(secret))

    assert answer.response.headers["location"] == "/signin"
    assert visitor.session_token is None


@pytest.mark.parametrize("change", ["password", "ban", "deletion"])
async def test_what_happens_meanwhile_counts(visitor: Visitor, change: str) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    page = await _arrive(visitor)

    if change == "password":
        await commit(adopt_password(SYSTEM, user.id, await prepare_password(OTHER_PASSWORD)))
    elif change == "ban":
        await commit(ban_user(SYSTEM, user.id, reason="spam"))
    else:
        await db.execute("DELETE FROM users_user WHERE id = $1", user.id)
    answer = await visitor.submit(page, "code-form", code=code_of(secret))

    assert answer.status == (403 if change == "ban" else 303)
    assert visitor.session_token is None
    assert await db.fetch_value("SELECT count(*) FROM sessions_session") == 0


async def test_a_user_whose_factors_are_reset_meanwhile_starts_over(visitor: Visitor) -> None:
    user = await make_person()
    await give_app(user)
    page = await _arrive(visitor)
    await commit(reset_factors(SYSTEM, user.id))

    answer = await visitor.submit(page, "code-form", code=WRONG)

    assert answer.response.headers["location"] == "/signin"


async def test_there_is_a_way_back_to_another_account(visitor: Visitor) -> None:
    await give_app(await make_person())
    await make_person("bob@example.com")
    page = await _arrive(visitor)

    answer = await visitor.submit(page, "back-form")
    signed_in = await visitor.sign_in("bob@example.com", url=answer.response.headers["location"])

    assert visitor.client.cookies.get("auther_pending") is None
    assert (signed_in.status, signed_in.response.headers["location"]) == (303, "/admin/")


async def test_the_flow_goes_on_after_the_second_step_only(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen():
        secret, _ = await give_app(user)
        flow = await visitor.begin_flow(client_id=None)
        page = await _arrive(visitor, url=f"/signin?flow={flow.id}")
        waiting = await find_flow(flow.id, visitor.browser_id)

        answer = await visitor.submit(page, "code-form", code=code_of(secret))

    finished, session = await find_flow(flow.id, visitor.browser_id), await session_of(visitor)
    assert waiting is not None
    assert waiting.session_id is None
    assert answer.response.headers["location"] == flow.return_to
    assert finished is not None
    assert session is not None
    assert finished.session_id == session.session.id


async def test_a_session_that_is_strong_enough_is_made_stronger_by_the_factor_alone(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        before, token = await session_of(visitor), visitor.session_token
        secret, _ = await give_app(user)
        frozen.advance(timedelta(minutes=1))
        flow = await visitor.begin_flow(requires_mfa=True)

        page = await visitor.get(f"/signin?flow={flow.id}")
        assert page.response.headers["location"] == f"{SECOND}?flow={flow.id}"
        answer = await visitor.submit(await visitor.follow(page), "code-form", code=code_of(secret))

        after = await session_of(visitor)
        assert answer.response.headers["location"] == flow.return_to
        assert before is not None
        assert after is not None
        assert visitor.session_token != token
        assert await resolve_session(token or "") is None
        assert (after.session.id, after.session.acr) == (before.session.id, "mfa")
        assert after.session.amr == ("pwd", "otp", "mfa")
        # A code alone is no new proof of the person.
        assert after.session.auth_time == before.session.auth_time == clock.now() - timedelta(minutes=1)
        assert after.session.last_seen_at == clock.now()


async def test_a_code_added_to_an_old_session_does_not_open_what_asks_for_a_fresh_proof(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        secret, _ = await give_app(user)
        frozen.advance(timedelta(minutes=11))
        flow = await visitor.begin_flow(requires_mfa=True)
        step = await visitor.follow(await visitor.get(f"/signin?flow={flow.id}"))
        await visitor.submit(step, "code-form", code=code_of(secret))

        page = await visitor.get("/account/security/app/remove")

    assert page.status == 303
    assert page.response.headers["location"].startswith("/signin?flow=")


async def test_a_passkey_added_to_an_old_session_is_a_fresh_proof(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        authenticator = await give_passkey(user)
        frozen.advance(timedelta(hours=1))
        flow = await visitor.begin_flow(requires_mfa=True)
        step = await visitor.follow(await visitor.get(f"/signin?flow={flow.id}"))

        await visitor.submit(step, "passkey-form", credential=authenticator.get(options_of(step)))

        session = await session_of(visitor)
        assert session is not None
        assert (session.session.auth_time, session.session.acr) == (clock.now(), "mfa")


@pytest.mark.parametrize(
    "wishes",
    [{"must_reauthenticate": True}, {"min_auth_time": datetime(2100, 1, 1, tzinfo=UTC)}, {"must_choose_account": True}],
    ids=["a fresh sign-in", "a recent sign-in", "a choice of account"],
)
async def test_a_note_of_a_session_does_not_answer_a_flow_that_wants_more(
    visitor: Visitor, wishes: dict[str, object]
) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        before, token = await session_of(visitor), visitor.session_token
        secret, _ = await give_app(user)
        frozen.advance(timedelta(hours=1))
        modest = await visitor.begin_flow(requires_mfa=True)
        demanding = await visitor.begin_flow(requires_mfa=True, **wishes)
        step = await visitor.follow(await visitor.get(f"/signin?flow={modest.id}"))
        step.forms["code-form"].action = f"{SECOND}?flow={demanding.id}"

        note = visitor.client.cookies["auther_pending"]

        page = await visitor.get(f"{SECOND}?flow={demanding.id}")
        visitor.client.cookies.set("auther_pending", note, domain="localhost.local", path="/")
        posted = await visitor.submit(step, "code-form", code=code_of(secret))

        assert (page.status, page.response.headers["location"]) == (303, f"/signin?flow={demanding.id}")
        assert (posted.status, posted.response.headers["location"]) == (303, f"/signin?flow={demanding.id}&other=1")
        waiting = await find_flow(demanding.id, visitor.browser_id)
        assert waiting is not None
        assert waiting.session_id is None
        after = await session_of(visitor)
        assert before is not None
        assert after is not None
        assert replace(after.session, last_seen_at=before.session.last_seen_at) == before.session
        assert visitor.session_token == token


async def test_the_services_refuse_such_a_note_too(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen():
        await visitor.sign_in("ada")
        before = await session_of(visitor)
        secret, codes = await give_app(user)
        flow = await visitor.begin_flow(requires_mfa=True, must_choose_account=True)
        assert before is not None
        pending = await strengthen(before)
        everything = await read_everything()

        for code, is_recovery in ((code_of(secret), False), (codes[0], True)):
            for wanted in (flow, None):
                arrival = Arrival(visitor.browser_id, before.session.id, wanted)
                with pytest.raises(StartOver):
                    await commit(complete_with_code(as_user(user), pending, code, arrival, is_recovery=is_recovery))

    assert await read_everything() == everything


async def test_a_session_that_ended_is_not_made_stronger(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    secret, _ = await give_app(user)
    flow = await visitor.begin_flow(requires_mfa=True)
    page = await visitor.follow(await visitor.get(f"/signin?flow={flow.id}"))
    await db.execute("UPDATE sessions_session SET ended_at = now()")

    answer = await visitor.submit(page, "code-form", code=code_of(secret))

    assert answer.response.headers["location"].startswith("/signin?flow=")
    assert await session_of(visitor) is None


async def test_a_flow_that_wants_a_fresh_sign_in_wants_the_password_too(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    await give_app(user)
    flow = await visitor.begin_flow(requires_mfa=True, must_reauthenticate=True)

    page = await visitor.get(f"/signin?flow={flow.id}")

    assert "signin-form" in page.forms


async def test_a_change_of_the_password_does_not_skip_the_second_step(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        secret, _ = await give_app(user)
        await visitor.submit(await _arrive(visitor), "code-form", code=code_of(secret))
        frozen.advance(timedelta(minutes=1))

        answer = await visitor.submit(
            await visitor.get("/password/change"), "change-form", current=PASSWORD, password=OTHER_PASSWORD
        )
        assert answer.response.headers["location"] == SECOND
        assert await session_of(visitor) is None
        page = await visitor.submit(await visitor.follow(answer), "code-form", code=code_of(secret))

    session = await session_of(visitor)
    assert page.status == 303
    assert session is not None
    assert session.session.acr == "mfa"


async def test_an_initial_password_is_replaced_after_the_factor_only(visitor: Visitor) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    await commit(require_password_change(user.id))
    page = await _arrive(visitor)
    assert "code-form" in page.forms
    assert (await visitor.get("/password/change")).response.headers["location"] == "/signin"

    await visitor.get("/signin")
    page = await _arrive(visitor)
    answer = await visitor.submit(page, "code-form", code=code_of(secret))
    assert answer.response.headers["location"] == "/password/change"
    assert await session_of(visitor) is None
    last = await visitor.submit(await visitor.follow(answer), "change-form", password=OTHER_PASSWORD)

    session = await session_of(visitor)
    assert last.status == 303
    assert session is not None
    assert session.session.amr == ("pwd", "otp", "mfa")


async def test_a_reset_of_the_password_does_not_drop_the_second_step(visitor: Visitor) -> None:
    user = await make_person()
    await give_app(user)
    await visitor.submit(await visitor.get("/password/forgot"), "forgot-form", identifier="ada")
    mail = next(each for each in await read_mails() if each.template == "reset_password")

    await visitor.submit(await visitor.get(link_in(mail)), "choose-form", password=OTHER_PASSWORD)
    answer = await visitor.sign_in("ada", OTHER_PASSWORD)

    assert answer.response.headers["location"] == SECOND


async def test_a_passkey_instead_of_name_and_password(visitor: Visitor) -> None:
    user = await make_person()
    authenticator = await give_passkey(user)
    page = await visitor.get("/signin")

    answer = await visitor.submit(page, "signin-form", credential=authenticator.get(options_of(page)))

    session = await session_of(visitor)
    assert (answer.status, answer.response.headers["location"]) == (303, "/admin/")
    assert session is not None
    assert session.user.id == user.id
    assert (session.session.amr, session.session.acr) == (("hwk", "user", "mfa"), "mfa")


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"origin": "https://evil.example"}, "passkey_assertion"),
        ({"rp_id": "evil.example"}, "passkey_assertion"),
        ({"flags": 1}, "passkey_assertion"),
        ({"sign_count": -1}, "passkey_counter"),
        ({"credential_id": b"unknown"}, "passkey_unknown"),
    ],
)
async def test_a_passkey_that_does_not_hold_is_refused(visitor: Visitor, lie: dict[str, object], reason: str) -> None:
    authenticator = await give_passkey(await make_person(), Authenticator(sign_count=7))
    page = await visitor.get("/signin")
    for name, value in lie.items():
        setattr(authenticator, name, value)

    answer = await visitor.submit(page, "signin-form", credential=authenticator.get(options_of(page)))

    assert (answer.status, answer.alert) == (400, "That passkey was not accepted.")
    assert visitor.session_token is None
    assert await failures() == [(None, reason)]


async def test_a_challenge_of_another_browser_or_flow_is_refused(visitor: Visitor, stranger: Visitor) -> None:
    authenticator = await give_passkey(await make_person())
    flow = await visitor.begin_flow()
    page, elsewhere = await visitor.get("/signin"), await stranger.get("/signin")
    in_flow = await visitor.get(f"/signin?flow={flow.id}")

    for options in (options_of(elsewhere), options_of(in_flow)):
        answer = await visitor.submit(page, "signin-form", credential=authenticator.get(options))
        assert answer.status == 400

    assert await failures() == [(None, "passkey_challenge")] * 2


async def test_the_page_offers_passkeys_whoever_is_asked_for(visitor: Visitor) -> None:
    """Unknown accounts, known ones and those with passkeys get the same page, and options without any account."""
    await give_passkey(await make_person())
    await make_person("bob@example.com")

    pages = [await visitor.sign_in(name, "wrong") for name in ("ada@example.com", "bob@example.com", "eve@example.com")]

    assert len({re.sub(r"\w+@example\.com", "NAME", page.lasting) for page in pages}) == 1
    assert {json.dumps(json.loads(options_of(page))["allowCredentials"]) for page in pages} == {"[]"}


async def test_a_banned_user_s_passkey_opens_nothing(visitor: Visitor) -> None:
    user = await make_person()
    authenticator = await give_passkey(user)
    await commit(ban_user(SYSTEM, user.id, reason="spam"))
    page = await visitor.get("/signin")

    answer = await visitor.submit(page, "signin-form", credential=authenticator.get(options_of(page)))

    assert answer.status == 403
    assert "suspended" in (answer.alert or "")
    assert visitor.session_token is None


async def test_attempts_with_passkeys_count_for_their_address(visitor: Visitor) -> None:
    await make_person()

    with clock.frozen(), override(signin_attempts_per_address=3):
        page = await visitor.get("/signin")
        statuses = [(await visitor.submit(page, "signin-form", credential="{}")).status for _ in range(5)]

    assert statuses == [400, 400, 400, 429, 429]


async def test_a_passkey_rotates_the_session(visitor: Visitor) -> None:
    authenticator = await give_passkey(await make_person("bob@example.com"))
    await make_person()
    await visitor.sign_in("ada")
    before = visitor.session_token
    page = await visitor.get("/signin?other=1")

    await visitor.submit(page, "signin-form", credential=authenticator.get(options_of(page)))

    session = await session_of(visitor)
    assert session is not None
    assert session.user.email == "bob@example.com"
    assert await resolve_session(before or "") is None


async def test_the_pages_of_the_second_step_can_not_be_framed_or_stored(visitor: Visitor) -> None:
    await give_app(await make_person())
    page = await _arrive(visitor)

    assert page.response.headers["x-frame-options"] == "DENY"
    assert page.response.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in page.response.headers["content-security-policy"]
    assert 'autocomplete="one-time-code"' in page.html


async def test_a_form_of_the_second_step_comes_from_our_page(app: Starlette, visitor: Visitor) -> None:
    user = await make_person()
    secret, _ = await give_app(user)
    page = await _arrive(visitor)
    data = {**page.forms["code-form"].fields, "code": code_of(secret)}

    answer: httpx.Response = await visitor.client.post(SECOND, data=data, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert visitor.session_token is None
