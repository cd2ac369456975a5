"""Signing up by oneself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.credentials.hashing import hasher
from app.credentials.service import check_password
from app.kit import clock, db
from app.kit.runtime import override
from app.users.service import find_by_email
from tests.login.support import PASSWORD, Page, Visitor, link_in, make_person, read_mails
from tests.support import counted_statements

GRACE = "grace@example.com"
NAME = "Grace Hopper"


@pytest.fixture
def _open() -> Iterator[None]:
    with override(signup_policy="open"):
        yield


async def _sign_up(visitor: Visitor, email: str = GRACE, url: str = "/signup", **values: str) -> Page:
    return await visitor.submit(
        await visitor.get(url), "signup-form", **{"email": email, "name": NAME, "password": PASSWORD, **values}
    )


@pytest.mark.parametrize(
    ("policy", "words"), [("closed", "made by an administrator"), ("invite", "needs an invitation")]
)
async def test_where_nobody_may_sign_up_the_page_says_so(visitor: Visitor, policy: str, words: str) -> None:
    with override(signup_policy="open"):
        form = await visitor.get("/signup")

    with override(signup_policy=policy):
        shown = await visitor.get("/signup")
        posted = await visitor.submit(form, "signup-form", email=GRACE, name=NAME, password=PASSWORD)
        sign_in = await visitor.get("/signin")

    assert shown.status == posted.status == 403
    assert words in shown.texts["closed"]
    assert shown.forms == {}
    assert "signup" not in sign_in.links
    assert await read_mails() == []


@pytest.mark.usefixtures("_open")
async def test_an_account_is_made_when_the_link_is_followed_and_not_before(visitor: Visitor) -> None:
    sent = await visitor.follow(await _sign_up(visitor))
    [mail] = await read_mails()
    before = await find_by_email(GRACE)

    asked = await visitor.get(link_in(mail))
    done = await visitor.follow(await visitor.submit(asked, "confirm-form"))
    user = await find_by_email(GRACE)
    entered = await visitor.submit(done, "signin-form", identifier=GRACE, password=PASSWORD)

    assert sent.texts["sent"].startswith("We have sent a message to the address you gave.")
    assert (mail.to, mail.template) == (GRACE, "verify_email")
    assert before is None
    assert asked.texts["email"] == GRACE
    assert "Your account is ready. Sign in to continue." in done.html
    assert user is not None
    assert (user.email_verified, user.name, user.locale) == (True, NAME, "en")
    assert entered.status == 303


@pytest.mark.usefixtures("_open")
async def test_a_known_address_gets_the_same_answer_at_the_same_cost(visitor: Visitor) -> None:
    await make_person()
    shapes = []

    for email in ("ada@example.com", GRACE):
        form, hashed = await visitor.get("/signup"), hasher().computed
        with counted_statements() as statements:
            answer = await visitor.submit(form, "signup-form", email=email, name=NAME, password=PASSWORD)
        headers = {name: value for name, value in answer.response.headers.items() if name != "x-request-id"}
        shapes.append((answer.status, answer.html, headers, len(statements), hasher().computed - hashed))

    assert shapes[0] == shapes[1]
    assert shapes[0][0] == 303
    assert shapes[0][4] == 1


@pytest.mark.usefixtures("_open")
async def test_the_owner_of_a_known_address_is_told_and_nothing_changes(visitor: Visitor) -> None:
    user = await make_person()

    await _sign_up(visitor, "ADA@example.com", password="quite another one 77")
    [mail] = await read_mails()

    assert (mail.to, mail.template) == ("ada@example.com", "account_exists")
    assert link_in(mail) == "/signin?existing=1"
    assert NAME not in (mail.text or "")
    assert (await check_password(user.id, PASSWORD)).is_correct
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1


@pytest.mark.usefixtures("_open")
async def test_what_a_stranger_typed_is_not_mailed(visitor: Visitor) -> None:
    await _sign_up(visitor, name="You won! evil.example")
    [mail] = await read_mails()

    assert "evil" not in f"{mail.text}{mail.html}{mail.subject}"


@pytest.mark.usefixtures("_open")
async def test_neither_password_nor_hash_lies_readable_in_the_queue(visitor: Visitor) -> None:
    await _sign_up(visitor)

    payload = await db.fetch_value("SELECT payload::text FROM jobs_job WHERE kind = 'login.answer_sign_up'")
    for secret in (PASSWORD, "argon2", GRACE):
        assert secret not in payload


@pytest.mark.usefixtures("_open")
async def test_reading_the_link_makes_nothing_and_using_it_twice_neither(visitor: Visitor) -> None:
    await _sign_up(visitor)
    link = link_in((await read_mails())[0])

    pages = [await visitor.get(link) for _ in range(3)]
    unmade = await find_by_email(GRACE)
    await visitor.submit(pages[0], "confirm-form")
    again = await visitor.submit(pages[1], "confirm-form")

    assert unmade is None
    assert (again.status, (await visitor.get(link)).status) == (410, 410)
    assert again.texts["error"] == "This link was used already, is too old, or is not one of ours."
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1


@pytest.mark.usefixtures("_open")
async def test_of_two_links_for_one_address_the_first_that_is_used_counts(visitor: Visitor) -> None:
    await _sign_up(visitor, password="what was chosen first 9")
    await _sign_up(visitor)
    links = [link_in(mail) for mail in await read_mails()]
    pages = [await visitor.get(link) for link in links]

    answers = await asyncio.gather(*(visitor.submit(page, "confirm-form") for page in pages))

    assert sorted(answer.status for answer in answers) == [303, 410]
    assert await db.fetch_value("SELECT count(*) FROM users_user") == 1
    assert await db.fetch_value("SELECT count(*) FROM credentials_password") == 1


@pytest.mark.usefixtures("_open")
async def test_a_sign_up_link_expires(visitor: Visitor) -> None:
    await _sign_up(visitor)
    link = link_in((await read_mails())[0])

    with clock.frozen(clock.now() + timedelta(hours=24)):
        assert (await visitor.get(link)).status == 410


@pytest.mark.usefixtures("_open")
async def test_a_sign_up_link_dies_when_signing_up_is_closed(visitor: Visitor) -> None:
    await _sign_up(visitor)
    page = await visitor.get(link_in((await read_mails())[0]))

    with override(signup_policy="closed"):
        answer = await visitor.submit(page, "confirm-form")

    assert answer.status == 410
    assert await find_by_email(GRACE) is None


async def test_only_addresses_of_the_domains_may_sign_up(visitor: Visitor) -> None:
    with override(signup_policy="domain", signup_domains=("Example.com", "@corp.example")):
        answers = {
            email: (await _sign_up(visitor, email)).status
            for email in (
                "a@example.com",
                "b@CORP.example",
                "c@evil.example",
                "d@sub.example.com",
                "e@example.com.evil.x",
            )
        }

    assert list(answers.values()) == [303, 303, 400, 400, 400]
    assert sorted(mail.to for mail in await read_mails()) == ["a@example.com", "b@corp.example"]


@pytest.mark.usefixtures("_open")
async def test_all_that_is_wrong_is_said_beside_its_field_and_the_values_are_kept(visitor: Visitor) -> None:
    page = await _sign_up(visitor, "nobody", name="x" * 201, password="short")
    weak = await _sign_up(visitor, password="password")

    assert page.status == weak.status == 400
    assert page.texts["email-error"] == "This is not an e-mail address."
    assert page.texts["name-error"].startswith("A name has at most 200 characters")
    assert page.forms["signup-form"].fields["email"] == "nobody"
    assert weak.texts["password-error"].startswith(
        "This password is easy to guess. It is among the passwords used most."
    )
    assert 'aria-describedby="password-error password-hint" aria-invalid="true"' in weak.html
    assert weak.forms["signup-form"].fields == {
        **weak.forms["signup-form"].fields,
        "email": GRACE,
        "name": NAME,
        "password": "",
    }
    assert await read_mails() == []


@pytest.mark.usefixtures("_open")
async def test_the_flow_goes_on_after_the_link_in_the_same_browser(visitor: Visitor, stranger: Visitor) -> None:
    flow = await visitor.begin_flow(client_name="Diary", is_sign_up=True)
    await _sign_up(visitor, url=f"/signup?flow={flow.id}")
    link = link_in((await read_mails())[0])

    elsewhere = await stranger.get(link)
    done = await visitor.follow(await visitor.submit(await visitor.get(link), "confirm-form"))
    entered = await visitor.submit(done, "signin-form", identifier=GRACE, password=PASSWORD)

    assert elsewhere.status == 200
    assert flow.id not in elsewhere.forms["confirm-form"].action
    assert done.texts["client"] == "Diary"
    assert entered.response.headers["location"] == "/oauth2/authorize/flw_x"


@pytest.mark.usefixtures("_open")
async def test_nobody_s_mailbox_is_flooded(visitor: Visitor) -> None:
    for _ in range(8):
        assert (await _sign_up(visitor)).status == 303

    assert len(await read_mails()) == 5


@pytest.mark.usefixtures("_open")
async def test_an_address_cannot_ask_for_accounts_without_end(visitor: Visitor, stranger: Visitor) -> None:
    with clock.frozen():
        for number in range(30):
            assert (await _sign_up(visitor, f"u{number}@example.com")).status == 303
        refused = await _sign_up(visitor, "u30@example.com")
        other = await _sign_up(stranger)

    assert (refused.status, other.status) == (429, 303)
    assert int(refused.response.headers["retry-after"]) <= 3_600
    assert refused.forms["signup-form"].fields["email"] == "u30@example.com"
