"""Codes and links are made for one wish, kept as hashes, and not too many of them."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest

from app.events.types import Outcome
from app.kit import clock, db
from app.kit.crypto import hash_token
from app.mailed.service import find_wish, find_wish_of, guess_code, sweep_codes
from tests.mailed.support import BROWSER, OTHER_BROWSER, issue_for, send_to, wish_for
from tests.support import commit, make_user, read_audit


async def test_only_hashes_are_stored() -> None:
    made = await send_to(await make_user())

    row = await db.fetch_value("SELECT row_to_json(c)::text FROM mailed_code c")
    assert re.fullmatch(r"\d{8}", made.code)
    assert made.code not in row
    assert made.token not in row
    assert made.code not in repr(made)
    assert await db.fetch_value("SELECT link_hash FROM mailed_code") == hash_token(made.token)
    assert await db.fetch_value("SELECT octet_length(code_hash) FROM mailed_code") == 32


async def test_the_same_code_has_another_hash_in_another_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    user = await make_user()
    monkeypatch.setattr("app.mailed.service.secrets.randbelow", lambda bound: 42)

    codes = [(await send_to(user, browser)).code for browser in (BROWSER, OTHER_BROWSER)]

    assert codes == ["00000042", "00000042"]
    assert await db.fetch_value("SELECT count(DISTINCT code_hash) FROM mailed_code") == 2


async def test_a_new_wish_replaces_the_last_one_of_the_browser() -> None:
    user = await make_user()
    first = await wish_for()
    old = await issue_for(user, first)
    new = await send_to(user)

    assert old is not None
    assert await find_wish(first.id) is None
    assert (await guess_code(BROWSER, old.code)).claim is None
    assert (await guess_code(BROWSER, new.code)).claim is not None


async def test_a_wish_that_was_replaced_meanwhile_gets_nothing() -> None:
    user = await make_user()
    first = await wish_for()
    await wish_for()

    assert await issue_for(user, first) is None
    assert [event.action for event in await read_audit()] == ["user.created"]


async def test_a_wish_is_filled_once() -> None:
    user = await make_user()
    wish = await wish_for()

    made = await asyncio.gather(*(issue_for(user, wish) for _ in range(3)))

    assert len([each for each in made if each is not None]) == 1


async def test_two_browsers_have_codes_of_their_own() -> None:
    user = await make_user()
    codes = {browser: (await send_to(user, browser)).code for browser in (BROWSER, OTHER_BROWSER)}

    assert (await guess_code(BROWSER, codes[OTHER_BROWSER])).claim is None
    for browser, code in codes.items():
        claim = (await guess_code(browser, code)).claim
        assert claim is not None
        assert (claim.user_id, claim.email, claim.browser_id) == (user.id, "ada@example.com", browser)


async def test_nobody_s_mailbox_is_flooded_and_the_owner_s_browser_has_a_share_of_its_own() -> None:
    user = await make_user()

    with clock.frozen():
        strangers = [
            await issue_for(user, await wish_for(browser_id=f"{n:064d}"), ip=f"198.51.100.{n}") for n in range(7)
        ]
        owner = [await issue_for(user, await wish_for(), is_known_browser=True) for _ in range(6)]

    assert [made is not None for made in strangers] == [True] * 5 + [False] * 2
    assert [made is not None for made in owner] == [True] * 5 + [False]
    events = [(event.action, event.outcome, event.reason) for event in await read_audit()][1:]
    assert events.count(("mailed_code.sent", Outcome.SUCCESS, None)) == 10
    assert ("mailed_code.sent", Outcome.DENIED, "mailed_code_limit") in events


async def test_one_stranger_does_not_use_up_what_is_there_for_all() -> None:
    user = await make_user()

    with clock.frozen():
        stranger = [await issue_for(user, await wish_for(browser_id=f"{n:064d}")) for n in range(9)]
        others = [
            await issue_for(user, await wish_for(browser_id=f"b{n:063d}"), ip=f"198.51.100.{n}") for n in range(4)
        ]
        owner = await issue_for(user, await wish_for(), is_known_browser=True)

    assert [made is not None for made in stranger] == [True] * 2 + [False] * 7
    assert [made is not None for made in others] == [True] * 3 + [False]
    assert owner is not None


async def test_of_one_address_each_account_has_mails_of_its_own() -> None:
    users = [await make_user(), await make_user("bob@example.com")]

    with clock.frozen() as stopped:
        made = [await issue_for(user, await wish_for(user.email)) for user in users for _ in range(3)]
        stopped.advance(timedelta(hours=1))
        later = await issue_for(users[0], await wish_for())

    assert [each is not None for each in made] == [True, True, False] * 2
    assert later is not None


async def test_a_day_has_fewer_mails_than_its_hours_would_allow() -> None:
    user, begin = await make_user(), clock.now().replace(hour=0, minute=5)

    sent = 0
    for hour in range(6):
        with clock.frozen(begin + timedelta(hours=hour)):
            made = [
                await issue_for(user, await wish_for(browser_id=f"{hour}{n:063d}"), ip=f"198.51.100.{n}")
                for n in range(5)
            ]
            sent += len([each for each in made if each is not None])

    assert sent == 20


async def test_a_mail_is_told_of_in_the_trail_with_the_asker_s_address() -> None:
    user = await make_user()
    await send_to(user)

    event = (await read_audit())[-1]

    assert (event.action, event.target_id, event.actor_kind, event.ip) == (
        "mailed_code.sent", user.id, "anonymous", "203.0.113.7",
    )  # fmt: skip


async def test_what_is_over_is_swept() -> None:
    await send_to(await make_user())

    kept = await commit(sweep_codes())
    with clock.frozen(clock.now() + timedelta(minutes=11)):
        over = await find_wish_of(BROWSER)
        swept = await commit(sweep_codes())

    assert over is not None
    assert (over.is_live, kept, swept) == (False, 0, 1)
    assert await find_wish_of(BROWSER) is None
