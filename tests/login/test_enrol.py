"""Where a second factor is required, whoever has none sets one up at the sign-in."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from app.factors.service import begin_totp, find_factors_of
from app.kit import clock, db
from app.kit.runtime import override
from app.login.errors import StartOver
from app.login.service import enrol_app
from app.login.types import Arrival, Pending
from app.sessions.service import resolve_session
from app.sessions.watching import look_at_sessions
from tests.factors.support import Authenticator, code_of, give_app, rows
from tests.login.support import Page, Visitor, make_person
from tests.login.test_second_step import options_of, session_of
from tests.support import as_user, commit

ENROL = "/signin/enrol"


async def _arrive(visitor: Visitor, url: str = "/signin") -> Page:
    answer = await visitor.sign_in("ada", url=url)
    assert answer.response.headers["location"].startswith(ENROL)
    return await visitor.follow(answer)


def _codes(page: Page) -> list[str]:
    return re.findall(r"<li><code>([^<]+)</code></li>", page.html)


async def test_an_app_is_set_up_and_the_recovery_codes_are_shown_once(visitor: Visitor) -> None:
    user = await make_person()

    with override(require_mfa=True):
        page = await _arrive(visitor)
        assert await session_of(visitor) is None
        answer = await visitor.submit(page, "setup-form", code=code_of(page.texts["secret"]))

        session = await session_of(visitor)
        assert answer.status == 200
        assert session is not None
        assert (session.session.amr, session.session.acr) == (("pwd", "otp", "mfa"), "mfa")
        assert (await visitor.get("/account/security")).status == 200

    codes = _codes(answer)
    assert (len(codes), answer.links["onward"]) == (10, "/admin/")
    assert all(code in html.unescape(answer.links["download"]) for code in codes)
    assert answer.response.headers["cache-control"] == "no-store"
    assert (await find_factors_of(user.id)).count == 1
    assert visitor.client.cookies.get("auther_pending") is None


async def test_a_passkey_is_made_instead(visitor: Visitor) -> None:
    await make_person()

    with override(require_mfa=True):
        page = await _arrive(visitor)
        authenticator = Authenticator()
        answer = await visitor.submit(page, "passkey-form", credential=authenticator.make(options_of(page)))
        session = await session_of(visitor)

    assert (answer.status, len(_codes(answer))) == (200, 10)
    assert session is not None
    assert session.session.amr == ("pwd", "hwk", "user", "mfa")


async def test_a_wrong_first_code_shows_the_same_secret_again(visitor: Visitor) -> None:
    await make_person()

    with override(require_mfa=True):
        page = await _arrive(visitor)
        again = await visitor.submit(page, "setup-form", code="000000")

    assert (again.status, again.texts["secret"]) == (400, page.texts["secret"])
    assert again.texts["code-error"] == "That code is not right, or was used already."
    assert (await rows("factors_totp"), await rows("sessions_session")) == (0, 0)


async def test_only_the_flow_that_wants_it_makes_one_enrol(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow(requires_mfa=True)

    page = await _arrive(visitor, url=f"/signin?flow={flow.id}")
    answer = await visitor.submit(page, "setup-form", code=code_of(page.texts["secret"]))

    assert answer.links["onward"] == flow.return_to
    plain = await visitor.sign_in("ada", url="/signin?other=1")
    assert plain.response.headers["location"] == "/signin/second"


async def test_a_session_that_a_flow_wants_stronger_enrols_without_the_password(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    flow = await visitor.begin_flow(requires_mfa=True)

    page = await visitor.follow(await visitor.get(f"/signin?flow={flow.id}"))
    await visitor.submit(page, "setup-form", code=code_of(page.texts["secret"]))

    session = await session_of(visitor)
    assert session is not None
    assert session.session.acr == "mfa"


async def test_an_old_session_does_not_bind_a_factor_to_the_account(visitor: Visitor) -> None:
    user = await make_person()
    with clock.frozen() as frozen:
        await visitor.sign_in("ada")
        session = await session_of(visitor)
        flow = await visitor.begin_flow(requires_mfa=True)
        frozen.advance(timedelta(minutes=10, seconds=1))

        page = await visitor.get(f"/signin?flow={flow.id}")
        setup = begin_totp(user)
        assert session is not None
        pending = Pending(user.id, 1, session_id=session.session.id)
        arrival = Arrival(visitor.browser_id, session.session.id, flow)
        with pytest.raises(StartOver):
            await commit(enrol_app(as_user(user), pending, setup.token, code_of(setup.secret), arrival))

    assert "signin-form" in page.forms
    assert await rows("factors_totp") == 0


async def test_who_has_a_factor_cannot_enrol_past_it(visitor: Visitor) -> None:
    """The page of enrolment, kept from before, is worth nothing once the account is protected."""
    user = await make_person()

    with override(require_mfa=True):
        page = await _arrive(visitor)
        await give_app(user)
        answer = await visitor.submit(page, "setup-form", code=code_of(page.texts["secret"]))

    assert (answer.status, answer.response.headers["location"]) == (303, "/signin")
    assert await session_of(visitor) is None


async def test_the_setup_of_another_user_is_refused(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await make_person("eve@example.com")

    with override(require_mfa=True):
        page = await _arrive(visitor)
        theirs = await stranger.follow(await stranger.sign_in("eve@example.com"))
        answer = await visitor.submit(
            page, "setup-form", setup=theirs.forms["setup-form"].fields["setup"], code=code_of(theirs.texts["secret"])
        )

    assert answer.status == 410
    assert await rows("factors_totp") == 0


async def test_sessions_of_before_the_rule_do_not_count_any_more(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    token = visitor.session_token or ""

    with override(require_mfa=True):
        assert await resolve_session(token) is None
        assert await look_at_sessions([token]) == {}
        page = await visitor.get("/signin")

    assert "signin-form" in page.forms
    assert await resolve_session(token) is not None


async def test_there_is_a_way_back(visitor: Visitor) -> None:
    await make_person()

    with override(require_mfa=True):
        answer = await visitor.submit(await _arrive(visitor), "back-form")

    assert answer.response.headers["location"] == "/signin"
    assert visitor.client.cookies.get("auther_pending") is None


@pytest.mark.parametrize("form", ["setup-form", "passkey-form"])
async def test_nothing_is_enrolled_without_the_proof_of_the_first_step(visitor: Visitor, form: str) -> None:
    await make_person()

    with override(require_mfa=True):
        page = await _arrive(visitor)
        visitor.client.cookies.delete("auther_pending")
        answer = await visitor.submit(page, form, code=code_of(page.texts["secret"]))

    assert answer.response.headers["location"] == "/signin"
    assert await db.fetch_value("SELECT count(*) FROM factors_totp") == 0
