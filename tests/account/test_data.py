"""`/account/data`: taking all that is known of oneself along, and leaving."""

from __future__ import annotations

import json
from datetime import timedelta

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.users.service import find_user, get_user
from tests.account.support import DATA, DELETE, row_of, sign_in_ada
from tests.factors.support import give_app
from tests.login.support import Visitor
from tests.support import commit, read_audit

LIVE = "SELECT count(*) FROM sessions_session WHERE ended_at IS NULL"


async def test_own_data_is_downloaded(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)

    answer = (await visitor.submit(await visitor.get(DATA), "export-form")).response

    told = json.loads(answer.content)
    assert told["account"]["email"] == user.email
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="auther-{user.id}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert (await read_audit())[-1].action == "user.exported"


async def test_a_download_asks_for_a_fresh_proof_and_comes_back_to_the_page(visitor: Visitor) -> None:
    with clock.frozen() as frozen:
        await sign_in_ada(visitor)
        page = await visitor.get(DATA)
        frozen.advance(timedelta(minutes=11))

        asked = await visitor.submit(page, "export-form")
        back = await visitor.submit(await visitor.follow(asked), "signin-form", password="correct horse battery staple")

    assert asked.response.headers["location"].startswith("/signin?flow=flw_")
    assert back.response.headers["location"] == DATA
    assert "user.exported" not in [event.action for event in await read_audit()]


async def test_five_downloads_an_hour(visitor: Visitor) -> None:
    await sign_in_ada(visitor)

    with clock.frozen():
        page = await visitor.get(DATA)
        answers = [
            (await visitor.client.post(f"{DATA}/export", data=page.forms["export-form"].fields)) for _ in range(6)
        ]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Too many requests." in answers[5].text


async def test_an_account_is_deleted_after_its_address_was_typed(visitor: Visitor, stranger: Visitor) -> None:
    user = await sign_in_ada(visitor)
    await stranger.sign_in("ada")
    page = await visitor.get((await visitor.get(DATA)).links["delete"])

    wrong = await visitor.submit(page, "delete-form", confirm="Ada")
    between = await get_user(user.id)
    sent = await visitor.submit(page, "delete-form", confirm=" ADA@example.com ")
    done = await visitor.follow(sent)
    after = await get_user(user.id)

    assert page.texts["grace"] == "It is erased after 14 days. Until then you can have it back by signing in."
    assert (wrong.status, wrong.texts["confirm-error"]) == (400, "This is not the e-mail address of this account.")
    assert between.deletion is None
    assert after.is_leaving_by_own_wish
    assert after.deletion is not None
    assert (sent.status, done.status) == (303, 200)
    assert f"{after.deletion.erased_at:%Y-%m-%d %H:%M}" in done.texts["deleted"]
    assert not visitor.session_token
    assert await db.fetch_value(LIVE) == 0
    assert (await visitor.sign_in("ada")).response.headers["location"].startswith("/signin/leaving")


async def test_without_a_grace_period_an_account_is_gone_at_once(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)

    with override(deletion_grace=timedelta(0)):
        page = await visitor.get(DELETE)
        done = await visitor.follow(await visitor.submit(page, "delete-form", confirm=user.email))

    assert page.texts["grace"] == "It is erased at once, and nobody can bring it back."
    assert (done.status, done.texts["deleted"]) == (200, "It is erased, with all that hung from it.")
    assert await find_user(user.id) is None
    assert not visitor.session_token


async def test_what_became_of_an_account_is_told_in_its_browser_only(visitor: Visitor, stranger: Visitor) -> None:
    user = await sign_in_ada(visitor)
    sent = await visitor.submit(await visitor.get(DELETE), "delete-form", confirm=user.email)
    place = sent.response.headers["location"]
    await stranger.get("/signin")

    twice = [(await visitor.get(place)).status for _ in range(2)]
    elsewhere = [
        (await stranger.get(each)).response.headers.get("location")
        for each in (
            place,
            f"{place}x",
            place.partition("?")[0],
            f"{DATA}/deleted?note=%00",
            f"{DATA}/deleted?note=AAAA",
        )
    ]

    assert twice == [200, 200]
    assert elsewhere == ["/signin"] * 5


async def test_a_deletion_asks_for_a_fresh_and_strong_proof(visitor: Visitor) -> None:
    user = await sign_in_ada(visitor)
    page = await visitor.get(DELETE)
    await give_app(user)
    before = await row_of(user)

    answers = [await visitor.get(DELETE), await visitor.submit(page, "delete-form", confirm=user.email)]

    assert [answer.status for answer in answers] == [303, 303]
    assert all(answer.response.headers["location"].startswith("/signin?flow=flw_") for answer in answers)
    assert await row_of(user) == before


async def test_the_last_super_admin_stays(visitor: Visitor) -> None:
    from app.authz.service import grant_relation, super_admin

    user = await sign_in_ada(visitor)
    await commit(grant_relation(SYSTEM, super_admin("user", user.id)))

    answer = await visitor.submit(await visitor.get(DELETE), "delete-form", confirm=user.email)

    assert answer.status == 409
    assert answer.alert is not None
    assert (await get_user(user.id)).deletion is None
