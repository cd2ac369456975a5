"""What comes after the code: a second factor, a new password, the application that asked."""

from __future__ import annotations

import pytest

from app.credentials.service import check_password, require_password_change
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.sessions.service import find_flow, resolve_session
from app.sessions.types import Session
from app.signing.service import ensure_keys
from app.users.service import find_user, update_user
from app.users.types import UserChanges
from tests.factors.support import code_of, give_app
from tests.login.mailed import ask, code_in, receive
from tests.login.support import OTHER_PASSWORD, PASSWORD, Page, Visitor, link_in, make_person, read_mails
from tests.oidc.support import claims_of, make_party
from tests.support import commit, make_user


async def _session(visitor: Visitor) -> Session | None:
    resolved = await resolve_session(visitor.session_token or "")
    return resolved.session if resolved else None


async def _arrive(visitor: Visitor, *, by: str, url: str = "/signin") -> Page:
    """The answer to a right code, or to the button of the link."""
    page, mail = await receive(visitor, url=url)
    if by == "link":
        return await visitor.submit(await visitor.get(link_in(mail)), "link-form")
    return await visitor.submit(page, "code-form", code=code_in(mail))


@pytest.mark.parametrize("by", ["code", "link"])
async def test_a_second_factor_is_still_asked_for(visitor: Visitor, by: str) -> None:
    user = await make_person()
    with clock.frozen():
        secret, _ = await give_app(user)
    answer = await _arrive(visitor, by=by)
    waiting = visitor.session_token

    with clock.frozen():
        done = await visitor.submit(await visitor.follow(answer), "code-form", code=code_of(secret))

    session = await _session(visitor)
    assert (answer.response.headers["location"], waiting) == ("/signin/second", None)
    assert done.status == 303
    assert session is not None
    assert (session.amr, session.acr) == (("otp", "mfa"), "mfa")


async def test_who_needs_a_second_factor_and_has_none_sets_one_up(visitor: Visitor) -> None:
    await make_person()

    with override(require_mfa=True):
        answer = await _arrive(visitor, by="code")

    assert (answer.response.headers["location"], visitor.session_token) == ("/signin/enrol", None)


async def test_a_flow_that_wants_two_factors_gets_them(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow(requires_mfa=True)

    answer = await _arrive(visitor, by="code", url=f"/signin?flow={flow.id}")

    assert answer.response.headers["location"] == f"/signin/enrol?flow={flow.id}"
    assert (await find_flow(flow.id, visitor.browser_id)).session_id is None  # type: ignore[union-attr]


async def test_an_initial_password_is_replaced_first(visitor: Visitor) -> None:
    user = await make_person()
    await commit(require_password_change(user.id))
    answer = await _arrive(visitor, by="code")
    page = await visitor.follow(answer)
    waiting = visitor.session_token

    done = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)

    assert (answer.response.headers["location"], waiting) == ("/password/change", None)
    assert "Replace the present password before you go on" in page.html
    assert done.status == 303
    assert await _session(visitor) is not None
    assert (await check_password(user.id, OTHER_PASSWORD)).is_correct


async def test_an_address_that_was_never_proved_is_proved_by_it(visitor: Visitor) -> None:
    user = await make_user(email_verified=False, username="ada")

    await _arrive(visitor, by="code")

    found = await find_user(user.id)
    assert found is not None
    assert found.email_verified
    assert await _session(visitor) is not None


async def test_who_typed_the_address_before_its_owner_is_shut_out(visitor: Visitor, stranger: Visitor) -> None:
    """An account with an address that nobody proved, whose password and session are somebody else's."""
    user = await make_person(email_verified=False)
    await stranger.sign_in("ada")
    theirs = stranger.session_token or ""
    page = await visitor.follow(await _arrive(visitor, by="link"))
    halfway = await find_user(user.id)

    done = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)

    proved = await find_user(user.id)
    assert halfway is not None
    assert proved is not None
    assert (halfway.email_verified, proved.email_verified, done.status) == (False, True, 303)
    assert await resolve_session(theirs) is None
    assert not (await check_password(user.id, PASSWORD)).is_correct
    assert await _session(visitor) is not None


async def test_who_leaves_before_the_new_password_is_asked_for_it_again(visitor: Visitor) -> None:
    await make_person(email_verified=False)

    answers = [await _arrive(visitor, by="code") for _ in range(2)]

    assert [answer.response.headers["location"] for answer in answers] == ["/password/change"] * 2


async def test_a_change_of_address_between_the_steps_ends_it(visitor: Visitor) -> None:
    user = await make_person(email_verified=False)
    page = await visitor.follow(await _arrive(visitor, by="code"))
    await commit(update_user(SYSTEM, user.id, UserChanges(email="new@example.com")))

    answer = await visitor.submit(page, "change-form", password=OTHER_PASSWORD)

    found = await find_user(user.id)
    assert (answer.status, visitor.session_token) == (303, None)
    assert answer.response.headers["location"].startswith("/signin")
    assert found is not None
    assert (found.email, found.email_verified) == ("new@example.com", False)
    assert (await check_password(user.id, PASSWORD)).is_correct


async def test_sessions_of_a_proved_account_go_on(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await stranger.sign_in("ada")

    await _arrive(visitor, by="code")

    assert await _session(stranger) is not None


@pytest.mark.parametrize("by", ["code", "link"])
async def test_the_application_that_asked_gets_its_code(visitor: Visitor, by: str) -> None:
    user = await make_person()
    await commit(ensure_keys())
    party = await make_party(visitor.client)
    asked = await party.authorize(login_hint="ada")
    url = asked.headers["location"]
    page, mail = await receive(visitor, url=url)
    if by == "link":
        page = await visitor.get(link_in(mail))
        assert page.texts["client"] == party.client.name
    form, values = ("link-form", {}) if by == "link" else ("code-form", {"code": code_in(mail)})
    answer = await visitor.follow(await visitor.submit(page, form, **values))
    callback = answer.response.headers["location"]

    tokens = (await party.redeem(callback.partition("code=")[2].partition("&")[0])).json()

    claims = claims_of(tokens["id_token"])
    assert (claims["sub"], claims["amr"], claims["acr"]) == (user.id, ["otp"], "pwd")


async def test_the_address_to_go_on_to_is_kept_and_stays_on_this_host(visitor: Visitor) -> None:
    await make_person()

    kept = await _arrive(visitor, by="link", url="/signin?next=/account/security")
    evil = await _arrive(visitor, by="link", url="/signin?other=1&next=//evil.example")

    assert kept.response.headers["location"] == "/account/security"
    assert evil.response.headers["location"] == "/admin/"


async def test_the_name_that_the_application_hints_at_is_suggested(visitor: Visitor) -> None:
    flow = await visitor.begin_flow(login_hint="ada@example.com")

    page = await visitor.get(f"/signin/email?flow={flow.id}")

    assert page.forms["ask-form"].fields["identifier"] == "ada@example.com"


async def test_a_browser_that_can_keep_a_passkey_is_offered_one(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)

    answer = await visitor.submit(page, "code-form", code=code_in(mail), passkeys="1")

    assert answer.response.headers["location"] == "/signin/offer"


async def test_a_flow_of_another_browser_is_not_gone_on_with(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow()

    form = await stranger.get("/signin")
    form.forms["signin-form"].action = f"/signin?flow={flow.id}"
    answer = await stranger.submit(form, "signin-form", identifier="ada", action="email")

    assert answer.status == 410
    assert await read_mails() == []


async def test_asking_in_a_flow_keeps_the_flow(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow()

    answer = await ask(visitor, url=f"/signin?flow={flow.id}")

    assert answer.response.headers["location"] == f"/signin/email/code?flow={flow.id}"
    assert f"&flow={flow.id}" in link_in((await read_mails())[0])
