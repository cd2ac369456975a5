"""`/account/security`: seeing to one's factors without the console."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.factors.service import find_factors_of
from app.kit import clock
from app.kit.runtime import override
from app.users.types import User
from tests.factors.support import Authenticator, code_of, give_app, give_passkey, rows
from tests.login.support import Page, Visitor, make_person, read_mails
from tests.login.test_second_step import options_of, session_of

SECURITY = "/account/security"
APP, PASSKEYS = f"{SECURITY}/app", f"{SECURITY}/passkeys"
PAGES = (SECURITY, APP, f"{APP}/remove", f"{PASSKEYS}/new", f"{PASSKEYS}/psk_x", f"{SECURITY}/recovery-codes")


async def _sign_in_with_app(visitor: Visitor, user: User) -> str:
    """Signed in with both factors; the app's secret."""
    secret, _ = await give_app(user)
    page = await visitor.follow(await visitor.sign_in(user.email))
    assert (await visitor.submit(page, "code-form", code=code_of(secret))).status == 303
    return secret


async def _only_passkey(user: User) -> str:
    return (await find_factors_of(user.id)).passkeys[0].id


@pytest.mark.parametrize("path", PAGES)
async def test_who_is_not_signed_in_does_that_first(visitor: Visitor, path: str) -> None:
    page = await visitor.get(path)

    assert (page.status, page.response.headers["location"]) == (303, f"/signin?next={path}")


async def test_the_page_shows_what_there_is(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    empty = await visitor.get(SECURITY)
    await give_app(user)
    await give_passkey(user, name="<b>Desk</b>")

    full = await visitor.get(SECURITY)

    assert "codes-left" not in empty.texts
    assert full.texts["codes-left"] == "Codes left: 10"
    assert "&lt;b&gt;Desk&lt;/b&gt;" in full.html
    assert "remove-app" in full.links
    assert len(full.html) < 30_000


async def test_an_app_is_set_up_in_two_steps(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    page = await visitor.get(APP)

    codes = await visitor.submit(page, "setup-form", code=code_of(page.texts["secret"]))
    after = await visitor.get(codes.links["onward"])

    assert len(re.findall(r"<li><code>", codes.html)) == 10
    assert after.texts["codes-left"] == "Codes left: 10"
    assert (await find_factors_of(user.id)).totp is not None
    assert "<svg" in page.html
    assert (await read_mails())[0].template == "totp_added"


async def test_a_passkey_is_made_renamed_and_removed(visitor: Visitor) -> None:
    user = await make_person()
    secret = await _sign_in_with_app(visitor, user)
    page = await visitor.get(f"{PASSKEYS}/new")
    answer = Authenticator().make(options_of(page))

    made = await visitor.submit(page, "passkey-form", credential=answer, name="Key ring")
    one = f"{PASSKEYS}/{await _only_passkey(user)}"
    renamed = await visitor.submit(await visitor.get(one), "name-form", name="Desk")
    shown = await visitor.get(SECURITY)
    removed = await visitor.submit(await visitor.get(f"{one}/remove"), "remove-form")

    assert made.response.headers["location"] == f"{SECURITY}?notice=added"
    assert renamed.response.headers["location"] == f"{SECURITY}?notice=renamed"
    assert "Desk" in shown.texts["passkeys"]
    assert removed.response.headers["location"] == f"{SECURITY}?notice=removed"
    assert (await find_factors_of(user.id)).passkeys == ()
    assert [mail.template for mail in await read_mails()][:2] == ["passkey_removed", "passkey_added"]
    assert secret


async def test_the_app_is_removed_after_a_question(visitor: Visitor) -> None:
    user = await make_person()
    await _sign_in_with_app(visitor, user)

    answer = await visitor.submit(await visitor.get(f"{APP}/remove"), "remove-form")

    assert answer.response.headers["location"] == f"{SECURITY}?notice=removed"
    assert (await find_factors_of(user.id)).has_any is False
    assert (await read_mails())[0].template == "totp_removed"


async def test_the_last_factor_stays_where_one_is_required(visitor: Visitor) -> None:
    user = await make_person()
    await _sign_in_with_app(visitor, user)

    with override(require_mfa=True):
        answer = await visitor.submit(await visitor.get(f"{APP}/remove"), "remove-form")

    assert (answer.status, answer.alert) == (
        409,
        "A second factor is required here: add another one before you remove the last.",
    )
    assert (await find_factors_of(user.id)).count == 1


async def test_new_recovery_codes_take_the_place_of_the_former(visitor: Visitor) -> None:
    user = await make_person()
    await _sign_in_with_app(visitor, user)

    page = await visitor.submit(await visitor.get(f"{SECURITY}/recovery-codes"), "codes-form")

    assert len(re.findall(r"<li><code>", page.html)) == 10
    assert await rows("factors_recovery_code") == 10


@pytest.mark.parametrize("path", [APP, f"{APP}/remove", f"{PASSKEYS}/new", f"{SECURITY}/recovery-codes"])
async def test_an_old_proof_is_asked_for_again(visitor: Visitor, path: str) -> None:
    user = await make_person()

    with clock.frozen() as frozen:
        secret = await _sign_in_with_app(visitor, user)
        frozen.advance(timedelta(minutes=11))
        asked = await visitor.get(path)
        page = await visitor.follow(asked)
        assert page.forms["signin-form"].fields["identifier"] == user.email
        step = await visitor.follow(await visitor.submit(page, "signin-form", password="correct horse battery staple"))
        back = await visitor.submit(step, "code-form", code=code_of(secret))

        assert back.response.headers["location"] == path
        assert (await visitor.follow(back)).status == 200


async def test_a_weak_proof_is_not_enough_once_there_is_a_factor(visitor: Visitor) -> None:
    user = await make_person()
    await visitor.sign_in("ada")
    await give_app(user)

    page = await visitor.get(f"{APP}/remove")

    assert page.response.headers["location"].startswith("/signin?flow=flw_")


async def test_a_change_that_was_posted_with_an_old_proof_is_not_made(visitor: Visitor) -> None:
    user = await make_person()

    with clock.frozen() as frozen:
        await _sign_in_with_app(visitor, user)
        page = await visitor.get(f"{APP}/remove")
        frozen.advance(timedelta(minutes=11))
        answer = await visitor.submit(page, "remove-form")

    assert answer.response.headers["location"].startswith("/signin?flow=flw_")
    assert (await find_factors_of(user.id)).totp is not None


async def test_nobody_reaches_the_passkeys_of_others(visitor: Visitor) -> None:
    eve = await make_person("eve@example.com")
    await give_passkey(eve)
    theirs = f"{PASSKEYS}/{await _only_passkey(eve)}"
    await make_person()
    await visitor.sign_in("ada")

    assert [(await visitor.get(path)).status for path in (theirs, f"{theirs}/remove")] == [404, 404]


@pytest.mark.parametrize("path", PAGES[1:4])
async def test_forms_come_from_our_pages(visitor: Visitor, path: str) -> None:
    user = await make_person()
    await _sign_in_with_app(visitor, user)

    answer = await visitor.client.post(path, data={"code": "1"}, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert (await find_factors_of(user.id)).count == 1


async def _sign_in_capably(visitor: Visitor) -> Page:
    """In a browser whose script found that it can make passkeys."""
    return await visitor.submit(
        await visitor.get("/signin?other=1"),
        "signin-form",
        identifier="ada",
        password="correct horse battery staple",
        passkeys="1",
    )


async def test_a_passkey_is_offered_once_after_a_password(visitor: Visitor) -> None:
    user = await make_person()

    answer = await _sign_in_capably(visitor)
    offer = await visitor.follow(answer)
    made = await visitor.submit(offer, "passkey-form", credential=Authenticator().make(options_of(offer)))
    session = await session_of(visitor)

    assert answer.response.headers["location"] == "/signin/offer"
    assert offer.links["onward"] == "/admin/"
    assert (made.status, made.links["onward"]) == (200, "/admin/")
    assert session is not None
    assert len((await find_factors_of(user.id)).passkeys) == 1


async def test_who_declined_is_left_alone(visitor: Visitor) -> None:
    await make_person()

    places = [(await _sign_in_capably(visitor)).response.headers["location"] for _ in range(2)]

    assert places == ["/signin/offer", "/admin/"]


async def test_the_offer_leads_on_to_where_the_flow_wanted(visitor: Visitor) -> None:
    await make_person()
    flow = await visitor.begin_flow()
    page = await visitor.get(f"/signin?flow={flow.id}")

    answer = await visitor.submit(
        page, "signin-form", identifier="ada", password="correct horse battery staple", passkeys="1"
    )
    offer = await visitor.follow(answer)

    assert offer.links["onward"] == flow.return_to


async def test_a_browser_without_script_is_offered_nothing(visitor: Visitor) -> None:
    await make_person()

    assert (await visitor.sign_in("ada")).response.headers["location"] == "/admin/"
