"""A sign-in from a device not seen before is told to its owner: in the trail, and by mail."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import unescape

import pytest

from app.kit import clock
from app.kit.actor import Origin
from app.kit.runtime import override
from app.mail.types import Mail
from app.sessions import announcing
from app.sessions.service import resolve_session
from app.users.types import User
from tests.factors.support import code_of, give_app, give_passkey
from tests.login.mailed import code_in, receive
from tests.login.support import Page, Visitor, link_in, make_person, read_mails
from tests.sessions.support import sign_in
from tests.support import ISSUER, read_outbox
from tests.upstream.conftest import upstream
from tests.upstream.provider import Upstream, make_provider
from tests.upstream.provider import sign_in as come_from_outside

__all__ = ["upstream"]

MOMENT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/605"
NEW_DEVICE = "security.new_device_login"


async def _notices() -> list[Mail]:
    return [mail for mail in await read_mails() if mail.template == "new_device"]


async def _news() -> list[str | None]:
    return [target for kind, target in await read_outbox() if kind == NEW_DEVICE]


async def _session_id(visitor: Visitor) -> str:
    resolved = await resolve_session(visitor.session_token or "")
    assert resolved is not None
    return resolved.session.id


async def test_the_owner_reads_with_what_from_where_and_when_and_what_to_do(
    visitor: Visitor, stranger: Visitor
) -> None:
    user = await make_person()
    stranger.client.headers["user-agent"] = SAFARI
    with clock.frozen(MOMENT):
        await visitor.sign_in("ada")
        assert (await _notices(), await _news()) == ([], [])

        await stranger.sign_in("ada")
        assert await _news() == [await _session_id(stranger)]

    [mail] = await _notices()
    assert (mail.to, mail.locale, mail.subject) == (user.email, "en", "New sign-in to Auther")
    assert mail.text is not None
    for line in ("Device: Safari on iPhone", "Address: 203.0.113.99", "Time: 2026-11-23 12:30 UTC"):
        assert line in mail.text.splitlines()
    assert "If not, end that session and change your password now." in mail.text
    assert f"{ISSUER}{announcing.REVIEW_PAGE}" in mail.text


async def test_the_page_that_the_mail_leads_to_is_there(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")

    assert (await visitor.get(announcing.REVIEW_PAGE)).status == 200


@pytest.mark.parametrize(
    ("locale", "subject", "advice"),
    [
        ("de-AT", "Neue Anmeldung bei Auther", "ändere jetzt dein Passwort"),
        ("fr", "Nouvelle connexion à Auther", "modifiez immédiatement votre mot de passe"),
        ("xx", "New sign-in to Auther", "change your password now"),
    ],
)
async def test_the_mail_speaks_the_owner_s_language_not_the_stranger_s(
    visitor: Visitor, stranger: Visitor, locale: str, subject: str, advice: str
) -> None:
    await make_person(locale=locale)
    stranger.client.headers["accept-language"] = "de" if locale == "fr" else "fr"
    await visitor.sign_in("ada")

    await stranger.sign_in("ada")

    [mail] = await _notices()
    assert mail.subject == subject
    assert advice in (mail.text or "")


async def test_a_device_is_news_once(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    await stranger.sign_in("ada")

    await visitor.sign_in("ada", url="/signin?other=1")
    await stranger.sign_in("ada", url="/signin?other=1")

    assert len(await _notices()) == len(await _news()) == 1


async def test_a_wrong_password_from_a_new_device_is_no_news(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")

    await stranger.sign_in("ada", "wrong")

    assert (await _notices(), await _news()) == ([], [])


async def test_who_signs_up_is_not_told_of_the_first_sign_in(visitor: Visitor) -> None:
    with override(signup_policy="open"):
        form = await visitor.get("/signup")
        await visitor.submit(
            form, "signup-form", email="eve@example.com", name="Eve", password="glacier button otter 31"
        )
        page = await visitor.get(link_in((await read_mails())[0]))
        await visitor.submit(page, "confirm-form")
        entered = await visitor.sign_in("eve@example.com", "glacier button otter 31")

    assert entered.status == 303
    assert (await _notices(), await _news()) == ([], [])


async def test_a_session_that_goes_on_in_a_browser_not_seen_before_is_news(visitor: Visitor) -> None:
    await make_person()
    await visitor.sign_in("ada")
    token = visitor.session_token
    visitor.client.cookies.delete("auther_browser")
    assert visitor.session_token == token
    before = await _session_id(visitor)

    await visitor.sign_in("ada", url="/signin?other=1")

    assert await _session_id(visitor) == before
    assert await _news() == [before]
    assert len(await _notices()) == 1


async def test_browsers_that_keep_nothing_fill_no_mailbox(visitor: Visitor) -> None:
    await make_person()
    with clock.frozen():
        for _ in range(announcing._MAILS.hits + 3):
            visitor.client.cookies.clear()
            await visitor.sign_in("ada")

        assert len(await _news()) == announcing._MAILS.hits + 2
        assert len(await _notices()) == announcing._MAILS.hits


async def test_who_comes_from_nowhere_that_can_be_named_is_told_of_as_well() -> None:
    user = await make_person()
    await sign_in(user, browser_id="b1", origin=Origin())

    await sign_in(user, browser_id="b2", origin=Origin())

    [mail] = await _notices()
    assert {"Device: Unknown device", "Address: –"} <= set((mail.text or "").splitlines())


# --- every way in --------------------------------------------------------------------------------


async def _by_code(stranger: Visitor, user: User) -> Page:
    secret, _ = await give_app(user)
    step = await stranger.follow(await stranger.sign_in("ada"))
    assert await _news() == []
    return await stranger.submit(step, "code-form", code=code_of(secret))


async def _by_passkey(stranger: Visitor, user: User) -> Page:
    authenticator = await give_passkey(user)
    page = await stranger.get("/signin")
    options = re.search(r'data-options="([^"]*)"', page.html)
    assert options is not None
    return await stranger.submit(page, "signin-form", credential=authenticator.get(unescape(options[1])))


async def _by_mail(stranger: Visitor, user: User) -> Page:
    page, mail = await receive(stranger)
    return await stranger.submit(page, "code-form", code=code_in(mail))


@pytest.mark.parametrize("way", [_by_code, _by_passkey, _by_mail], ids=["second factor", "passkey", "mailed code"])
async def test_each_way_in_tells_of_a_new_device(
    visitor: Visitor, stranger: Visitor, way: Callable[[Visitor, User], Awaitable[Page]]
) -> None:
    user = await make_person()
    await visitor.sign_in("ada")

    answer = await way(stranger, user)

    assert answer.status == 303
    assert await _news() == [await _session_id(stranger)]
    assert len(await _notices()) == 1


async def test_who_comes_through_a_provider_from_a_new_device_is_told_of(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    await come_from_outside(visitor, upstream)
    assert await _news() == []

    await come_from_outside(stranger, upstream)

    assert await _news() == [await _session_id(stranger)]
    assert len(await _notices()) == 1
