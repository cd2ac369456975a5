"""`/account/profile`: people change what they are called, and nothing that is for operators."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.kit import clock
from app.kit.runtime import override
from tests.account.support import PROFILE, post, reread, row_of, sign_in_ada
from tests.login.support import Visitor
from tests.support import make_user, read_audit


async def test_a_profile_is_changed(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    page = await visitor.get(PROFILE)

    answer = await visitor.submit(
        page,
        "profile-form",
        name=" Ada King ",
        picture="https://example.com/ada.png",
        locale="en-GB",
        zoneinfo="Europe/London",
    )
    shown = await visitor.follow(answer)

    after = await reread(user)
    assert answer.response.headers["location"] == f"{PROFILE}?notice=saved"
    assert (after.name, after.picture, after.locale, after.zoneinfo) == (
        "Ada King", "https://example.com/ada.png", "en-GB", "Europe/London",
    )  # fmt: skip
    assert "Saved." in shown.html
    assert '<option value="Europe/London" selected>' in shown.html
    event = (await read_audit())[-1]
    assert (event.action, event.actor_id, event.about_user_id) == ("user.updated", user.id, user.id)


async def test_empty_fields_are_cleared(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor, picture="https://example.com/ada.png", zoneinfo="Europe/London")

    await visitor.submit(await visitor.get(PROFILE), "profile-form", picture="", zoneinfo="", locale="")

    after = await reread(user)
    assert (after.name, after.picture, after.zoneinfo) == ("Ada Lovelace", None, None)


async def test_the_chosen_language_is_that_of_the_pages(visitor: Visitor) -> None:
    await sign_in_ada(visitor)

    answer = await visitor.submit(await visitor.get(PROFILE), "profile-form", locale="de")

    assert "Gespeichert." in (await visitor.follow(answer)).html


async def test_a_language_and_a_zone_that_are_not_offered_stay_chosen(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor, locale="gsw-CH", zoneinfo="Etc/GMT-3")

    page = await visitor.get(PROFILE)
    await visitor.submit(page, "profile-form", name="Ada", locale="gsw-CH", zoneinfo="Etc/GMT-3")

    assert '<option value="gsw-CH" selected' in page.html
    after = await reread(user)
    assert (after.locale, after.zoneinfo) == ("gsw-CH", "Etc/GMT-3")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "a" * 201, "A name has at most 200 characters, on one line."),
        ("picture", "javascript:alert(1)", "A picture is an address that begins with https://"),
        ("locale", "not a tag", "Choose a language from the list."),
        ("zoneinfo", "Middle/Earth", "Choose a time zone from the list."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(visitor: Visitor, field: str, value: str, sentence: str) -> None:
    user = await sign_in_ada(visitor)
    before = await row_of(user)

    page = await visitor.submit(await visitor.get(PROFILE), "profile-form", **{field: value})

    assert page.status == 400
    assert sentence in page.texts[f"{field}-error"]
    assert await row_of(user) == before


async def test_what_is_for_operators_cannot_be_sent_along(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor, email_verified=False)
    before = await row_of(user)

    for name in ("email", "email_verified", "emailVerified", "status", "attributes", "id", "banned_at"):
        answer = await post(visitor, PROFILE, **{name: "true"})
        assert answer.status == 303

    assert await row_of(user) == before


async def test_a_username_is_not_chosen_unless_the_server_lets_people(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)

    page = await visitor.get(PROFILE)
    answer = await post(visitor, PROFILE, username="countess")

    assert "username" not in page.forms["profile-form"].fields
    assert page.texts["own-username"] == "ada"
    assert (answer.status, answer.alert) == (403, None)
    assert (await reread(user)).username == "ada"


async def test_a_username_is_chosen_where_the_server_lets_people(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    await make_user("bob@example.com", username="bob")

    with override(own_usernames=True):
        page = await visitor.get(PROFILE)
        taken = await visitor.submit(page, "profile-form", username="BOB")
        chosen = await visitor.submit(page, "profile-form", username="countess")

    assert (taken.status, taken.texts["username-error"]) == (409, "This username is taken.")
    assert chosen.status == 303
    assert (await reread(user)).username == "countess"


async def test_nobody_tries_out_which_usernames_are_taken(visitor: Visitor) -> None:
    await sign_in_ada(visitor)
    await make_user("bob@example.com", username="bob")

    with override(own_usernames=True), clock.frozen() as frozen:
        page = await visitor.get(PROFILE)
        tries = [(await visitor.submit(page, "profile-form", username="bob")).status for _ in range(11)]
        untouched = await visitor.submit(page, "profile-form", name="Ada")
        frozen.advance(timedelta(hours=1))
        later = await visitor.submit(await visitor.get(PROFILE), "profile-form", username="ada.k")

    assert tries == [409] * 10 + [429]
    assert (untouched.status, later.status) == (303, 303)
