"""Asking for a code by mail: one answer for everybody, few mails."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.users.service import ban_user
from tests.login.mailed import ASK, CODE, ask, ask_from, code_in, receive, wrong_of
from tests.login.support import Page, Visitor, failures, link_in, make_person, read_mails
from tests.support import commit, counted_statements, make_user, read_audit


def _shape(page: Page, login: str) -> tuple[object, ...]:
    """The answer, without the name that was typed."""
    headers = {name: value for name, value in page.response.headers.items() if name != "x-request-id"}
    return page.status, page.lasting.replace(f">{login}<", "><"), headers


async def test_what_was_typed_is_kept_and_one_mail_has_code_and_link(visitor: Visitor) -> None:
    await make_person()

    page = await visitor.follow(await ask(visitor, "ADA@example.com"))
    [mail] = await read_mails()

    assert str(page.response.url).endswith(CODE)
    assert page.texts["login"] == "ADA@example.com"
    assert page.texts["sent"].startswith("If there is an account for ADA@example.com , a mail with a code of 8 digits")
    assert 'autocomplete="one-time-code"' in page.html
    assert 'inputmode="numeric"' in page.html
    assert (mail.to, mail.template) == ("ada@example.com", "sign_in_code")
    assert link_in(mail).startswith("/signin/email/link?token=mlt_")
    assert "with Firefox on Linux, from the address 198.51.100.1." in (mail.text or "")
    assert f">{code_in(mail)}</p>" in (mail.html or "")


async def test_the_code_is_in_no_subject(visitor: Visitor) -> None:
    """Lock screens, lists of mails and logs of mail servers show subjects."""
    await make_person()
    _, mail = await receive(visitor)

    assert mail.subject == "Your sign-in code for Auther"
    row = await db.fetch_value("SELECT row_to_json(m)::text FROM mail_message m")
    assert code_in(mail) not in row


async def test_without_a_name_it_is_asked_for(visitor: Visitor) -> None:
    await make_person()

    page = await visitor.follow(await ask(visitor, "  "))
    answer = await visitor.submit(page, "ask-form", identifier="ada")

    assert str(page.response.url).endswith(ASK)
    assert (answer.status, answer.response.headers["location"]) == (303, CODE)
    assert [mail.to for mail in await read_mails()] == ["ada@example.com"]


async def test_the_page_waits_for_a_code_only_where_one_was_asked_for(visitor: Visitor, stranger: Visitor) -> None:
    await make_person()
    await ask(visitor)

    page = await stranger.get(CODE)

    assert (page.status, page.response.headers["location"]) == (303, ASK)


@pytest.mark.parametrize("kind", ["unknown", "banned", "unverified", "over the limit", "over the share of an address"])
async def test_everybody_gets_the_same_pages_at_the_same_cost(app: Starlette, visitor: Visitor, kind: str) -> None:
    await make_person()
    if kind != "unknown":
        bob = await make_person("bob@example.com", name="Bob", email_verified=kind != "unverified")
        if kind == "banned":
            await commit(ban_user(SYSTEM, bob.id))
    seen = []

    with clock.frozen():
        if kind == "over the limit":
            await ask_from(app, (f"192.0.2.{n}" for n in range(5)), "bob")
        if kind == "over the share of an address":
            await ask_from(app, ["198.51.100.1"] * 2, "bob")
        before = {mail.id for mail in await read_mails()}
        for login in ("ada", "bob"):
            form = await visitor.get("/signin")
            with counted_statements() as asked:
                answer = await visitor.submit(form, "signin-form", identifier=login, action="email")
            await read_mails()
            waiting = await visitor.get(CODE)
            with counted_statements() as guessed:
                refused = await visitor.submit(waiting, "code-form", code="00000000")
            pages = [_shape(page, login) for page in (answer, waiting, refused)]
            seen.append((pages, len(asked), len(guessed)))
        mails = sorted(mail.to for mail in await read_mails() if mail.id not in before)

    assert seen[0] == seen[1]
    assert mails == ["ada@example.com", *(["bob@example.com"] if kind == "unverified" else [])]


async def test_an_address_that_asks_too_often_is_refused_whoever_it_asks_for(
    visitor: Visitor, stranger: Visitor
) -> None:
    await make_person()

    with clock.frozen():
        answers = [await ask(visitor, f"u{number}") for number in range(31)]
        other = await ask(stranger)

    assert [page.status for page in answers] == [303] * 30 + [429]
    assert answers[-1].forms["ask-form"].fields["identifier"] == "u30"
    assert int(answers[-1].response.headers["retry-after"]) <= 3_600
    assert other.status == 303


async def test_one_stranger_gets_two_mails_and_the_owner_on_a_new_browser_still_has_a_code(
    app: Starlette, visitor: Visitor
) -> None:
    await make_person()

    with clock.frozen():
        await ask_from(app, ["203.0.113.66"] * 6)
        bombed = len(await read_mails())
        page, mail = await receive(visitor)
        answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert bombed == 2
    assert answer.status == 303


async def test_mail_bombing_ends_after_five_mails_and_leaves_the_owner_s_browser_its_own(
    app: Starlette, visitor: Visitor
) -> None:
    await make_person()
    await visitor.sign_in("ada")

    with clock.frozen():
        await ask_from(app, (f"192.0.2.{n}" for n in range(8)))
        bombed = len(await read_mails())
        page, mail = await receive(visitor, url="/signin?other=1")
        answer = await visitor.submit(page, "code-form", code=code_in(mail))

    assert bombed == 5
    assert answer.status == 303


async def test_the_mail_speaks_the_language_of_its_reader(visitor: Visitor) -> None:
    await make_person(locale="de")
    await make_person("bob@example.com", name="Bob")
    visitor.client.headers["accept-language"] = "fr"

    subjects = [(await receive(visitor, login))[1].subject for login in ("ada", "bob")]

    assert subjects == ["Dein Anmeldecode für Auther", "Votre code de connexion à Auther"]


async def test_a_name_that_is_markup_is_shown_not_obeyed(visitor: Visitor) -> None:
    page = await visitor.follow(await ask(visitor, "<script>alert(1)</script>"))

    assert "<script>alert" not in page.html
    assert page.texts["login"] == "<script>alert(1)</script>"


async def test_a_new_code_can_be_asked_for_and_the_old_one_is_over(visitor: Visitor) -> None:
    await make_person()
    page, first = await receive(visitor)

    answer = await visitor.submit(page, "again-form")
    page, second = await visitor.follow(answer), (await read_mails())[0]
    refused = await visitor.submit(page, "code-form", code=code_in(first))
    entered = await visitor.submit(refused, "code-form", code=code_in(second))

    assert answer.response.headers["location"] == CODE
    assert first.id != second.id
    assert page.texts["login"] == "ada"
    assert (refused.status, entered.status) == (400, 303)


async def test_where_it_is_switched_off_nothing_of_it_works(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)

    with override(signin_by_email=False):
        form = await visitor.get("/signin")
        answers = [
            await visitor.submit(form, "signin-form", identifier="ada", action="email"),
            await visitor.get(ASK),
            await visitor.get(CODE),
            await visitor.submit(page, "code-form", code=code_in(mail)),
            await visitor.submit(page, "again-form"),
            await visitor.get(link_in(mail)),
        ]

    assert 'id="by-email"' not in form.html
    assert [answer.status for answer in answers] == [404] * 6
    assert (visitor.session_token, len(await read_mails())) == (None, 1)


async def test_a_post_from_elsewhere_sends_nothing(visitor: Visitor) -> None:
    await make_person()
    page = await visitor.follow(await ask(visitor, " "))
    form = page.forms["ask-form"]

    without = await visitor.client.post(ASK, data={"identifier": "ada"})
    foreign = await visitor.client.post(
        ASK, data={**form.fields, "identifier": "ada"}, headers={"sec-fetch-site": "cross-site"}
    )

    assert (without.status_code, foreign.status_code) == (403, 403)
    assert await read_mails() == []


async def test_neither_name_nor_code_is_in_the_trail(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)
    code = code_in(mail)
    await visitor.submit(page, "code-form", code=wrong_of(code))

    rows = await db.fetch_value("SELECT string_agg(row_to_json(a)::text, '') FROM events_audit a")
    assert code not in rows
    assert wrong_of(code) not in rows
    assert "mlt_" not in rows


async def test_sent_failed_and_used_are_in_the_trail(visitor: Visitor) -> None:
    user = await make_person()
    page, mail = await receive(visitor)
    await visitor.submit(page, "code-form", code=wrong_of(code_in(mail)))
    await visitor.submit(page, "code-form", code=code_in(mail))

    told = [(event.action, event.target_id, event.reason) for event in await read_audit()]
    assert ("mailed_code.sent", user.id, None) in told
    assert ("signin.failed", user.id, "mailed_code_wrong") in told
    assert ("mailed_code.used", user.id, None) in told
    assert await failures() == [(user.id, "mailed_code_wrong")]


async def test_a_user_without_a_password_can_sign_in(visitor: Visitor) -> None:
    await make_user()
    page, mail = await receive(visitor, "ada@example.com")

    assert (await visitor.submit(page, "code-form", code=code_in(mail))).status == 303
