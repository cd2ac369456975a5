"""Nobody learns from answers, headers, counters or cost whether an account exists."""

from __future__ import annotations

import unicodedata

import pytest

from app.credentials.hashing import hasher
from app.kit import clock, db
from app.users.service import find_by_login
from tests.login.support import PASSWORD, Page, Visitor, make_person, read_mails
from tests.support import counted_statements

KNOWN = "mike@b\u00fccher.example"
UNKNOWN = "nike@m\u00fcller.example"
# Each finds the same account as the plain spelling does.
SPELLINGS = [
    ("{0}", lambda text: text),
    ("upper case", str.upper),
    ("capital I with a dot", lambda text: text.replace("i", "\u0130")),
    ("decomposed", lambda text: unicodedata.normalize("NFD", text)),
    ("ASCII form of the domain", lambda text: f"{text[:5]}{text[5:].encode('idna').decode()}"),
    ("full-width domain", lambda text: f"{text[:5]}{''.join(_widen(c) for c in text[5:])}"),
    ("white space around", lambda text: f"  {text} "),
]


def _widen(character: str) -> str:
    return chr(ord(character) + 0xFEE0) if character.isalpha() and character.isascii() else character


@pytest.mark.parametrize("spell", [spell for _, spell in SPELLINGS], ids=[name for name, _ in SPELLINGS])
async def test_spellings_of_one_address_share_a_counter_whether_it_is_known_or_not(visitor: Visitor, spell) -> None:  # type: ignore[no-untyped-def]
    user = await make_person(KNOWN)
    found = await find_by_login(spell(KNOWN))

    with clock.frozen():
        verdicts = [await _guess_in_turn(visitor, address, spell(address)) for address in (KNOWN, UNKNOWN)]

    assert found is not None
    assert found.id == user.id
    assert verdicts[0] == verdicts[1] == [400] * 5 + [429]


async def _guess_in_turn(visitor: Visitor, plain: str, other: str) -> list[int]:
    answers = []
    for number in range(6):
        page = await visitor.sign_in(other if number % 2 else plain, "a wrong one")
        answers.append(page.status)
    return answers


async def _shape_of(visitor: Visitor, path: str, form_id: str, **values: str) -> tuple[object, ...]:
    form, hashed = await visitor.get(path), hasher().computed
    with counted_statements() as statements:
        answer = await visitor.submit(form, form_id, **values)
    return _visible(answer, values), len(statements), hasher().computed - hashed


def _visible(answer: Page, values: dict[str, str]) -> tuple[object, ...]:
    html = answer.lasting
    for value in values.values():
        html = html.replace(value, "?")
    headers = {name: value for name, value in answer.response.headers.items() if name != "x-request-id"}
    headers["content-length"] = ""
    return answer.status, html, tuple(sorted(headers.items()))


@pytest.mark.parametrize(
    "login", ["ada@example.com", "ada", "ADA", "nobody@example.com", "nobody", "x" * 400, "\u0130", "a@b@c"]
)
async def test_every_name_gets_the_same_refusal_at_the_same_cost(visitor: Visitor, login: str) -> None:
    await make_person()
    await _shape_of(visitor, "/signin", "signin-form", identifier="warm-up", password="a wrong one")

    with clock.frozen():
        expected = await _shape_of(
            visitor, "/signin", "signin-form", identifier="eve@example.com", password="a wrong one"
        )
        given = await _shape_of(visitor, "/signin", "signin-form", identifier=login, password="a wrong one")

    assert given == expected


@pytest.mark.parametrize("state", ["banned", "unverified", "without a password", "known", "unknown"])
async def test_every_account_gets_the_same_answer_to_a_reset(visitor: Visitor, state: str) -> None:
    user = await make_person()
    changes = {
        "banned": "UPDATE users_user SET banned_at = now() WHERE id = $1",
        "unverified": "UPDATE users_user SET email_verified = false WHERE id = $1",
        "without a password": "DELETE FROM credentials_password WHERE user_id = $1",
    }
    if state in changes:
        await db.execute(changes[state], user.id)
    expected = await _shape_of(visitor, "/password/forgot", "forgot-form", identifier="eve@example.com")

    asked = "nobody@example.com" if state == "unknown" else "ada@example.com"

    assert await _shape_of(visitor, "/password/forgot", "forgot-form", identifier=asked) == expected


async def test_a_reset_asked_for_by_a_look_alike_goes_to_the_owner_only(visitor: Visitor) -> None:
    await make_person("mike@example.com")
    form = await visitor.get("/password/forgot")

    for look_alike in (
        "m\u0130ke@example.com",
        "mi\u212ae@example.com",
        "mike@\uff45xample.com",
        "m\u0131ke@example.com",
    ):
        await visitor.submit(form, "forgot-form", identifier=look_alike)

    assert {mail.to for mail in await read_mails()} == {"mike@example.com"}


async def test_a_banned_account_is_told_apart_with_the_right_password_only(visitor: Visitor) -> None:
    user = await make_person()
    await db.execute("UPDATE users_user SET banned_at = now() WHERE id = $1", user.id)

    wrong = await visitor.sign_in("ada@example.com", "a wrong one")
    unknown = await visitor.sign_in("eve@example.com", "a wrong one")
    right = await visitor.sign_in("ada@example.com", PASSWORD)

    assert (wrong.status, wrong.alert) == (unknown.status, unknown.alert)
    assert right.status == 403
