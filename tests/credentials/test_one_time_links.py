"""One-time links: bound to purpose, user, address and password; used once; never by reading."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from app.credentials.errors import LinkInvalid
from app.credentials.service import (
    adopt_password,
    consume_link,
    new_link,
    new_sign_up_link,
    prepare_password,
    read_link,
    sweep_credentials,
)
from app.credentials.types import LinkClaim, LinkPurpose
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.crypto import hash_token
from app.users.service import delete_user, update_user
from app.users.types import User, UserChanges
from tests.support import commit, make_user

RESET = LinkPurpose.RESET_PASSWORD


async def _link(user: User, purpose: LinkPurpose = RESET) -> str:
    return await commit(new_link(purpose, user.id, user.email))


async def _is_dead(token: str, purpose: LinkPurpose = RESET) -> bool:
    for use in (read_link, consume_link):
        with pytest.raises(LinkInvalid):
            await commit(use(token, purpose))
    return True


async def test_only_the_hash_of_a_token_is_stored() -> None:
    user = await make_user()

    token = await _link(user)

    assert len(token) == len("alk_") + 43
    assert await db.fetch_value("SELECT token_hash FROM credentials_link") == hash_token(token)


async def test_reading_uses_nothing_up_and_consuming_does() -> None:
    user = await make_user()
    token = await _link(user)
    claim = LinkClaim(RESET, user.id, user.email)

    assert [await commit(read_link(token, RESET)) for _ in range(3)] == [claim] * 3
    assert await commit(consume_link(token, RESET)) == claim
    assert await _is_dead(token)


async def test_of_many_at_once_exactly_one_consumes() -> None:
    user = await make_user()
    token = await _link(user)

    results = await asyncio.gather(*(commit(consume_link(token, RESET)) for _ in range(20)), return_exceptions=True)

    assert sum(isinstance(result, LinkClaim) for result in results) == 1
    assert sum(isinstance(result, LinkInvalid) for result in results) == 19


async def test_two_links_of_one_user_cannot_both_change_the_password() -> None:
    user = await make_user()
    await commit(adopt_password(SYSTEM, user.id, await prepare_password("the first good one 1")))
    tokens = [await _link(user) for _ in range(2)]
    prepared = await prepare_password("the second good one 2")

    async def reset(token: str) -> int:
        await consume_link(token, RESET)
        return await adopt_password(SYSTEM, user.id, prepared)

    results = await asyncio.gather(*(commit(reset(token)) for token in tokens), return_exceptions=True)

    assert sorted(str(result) for result in results) == ["2", str(LinkInvalid())]


@pytest.mark.parametrize("other", [purpose for purpose in LinkPurpose if purpose is not RESET])
async def test_a_link_serves_its_own_purpose_only(other: LinkPurpose) -> None:
    user = await make_user()
    token = await _link(user)

    assert await _is_dead(token, other)
    assert (await commit(consume_link(token, RESET))).user_id == user.id


async def test_a_link_dies_with_a_change_of_the_password() -> None:
    user = await make_user()
    tokens = [await _link(user, purpose) for purpose in (RESET, LinkPurpose.VERIFY_EMAIL)]

    await commit(adopt_password(SYSTEM, user.id, await prepare_password("a good one, first 1")))

    assert await _is_dead(tokens[0])
    assert await _is_dead(tokens[1], LinkPurpose.VERIFY_EMAIL)
    assert (await commit(consume_link(await _link(user), RESET))).user_id == user.id


async def test_a_link_dies_with_a_change_of_the_address() -> None:
    user = await make_user()
    token = await _link(user)

    await commit(update_user(SYSTEM, user.id, UserChanges(email="other@example.com")))

    assert await _is_dead(token)


async def test_a_link_dies_with_its_user() -> None:
    user = await make_user()
    token = await _link(user)

    await commit(delete_user(SYSTEM, user.id))

    assert await _is_dead(token)


@pytest.mark.parametrize(
    ("purpose", "life"),
    [
        (RESET, timedelta(minutes=30)),
        (LinkPurpose.VERIFY_EMAIL, timedelta(hours=24)),
        (LinkPurpose.INVITE, timedelta(days=7)),
    ],
)
async def test_a_link_expires(purpose: LinkPurpose, life: timedelta) -> None:
    user = await make_user()

    with clock.frozen() as frozen:
        token = await _link(user, purpose)
        frozen.advance(life - timedelta(seconds=1))
        assert (await commit(read_link(token, purpose))).user_id == user.id
        frozen.advance(timedelta(seconds=1))
        assert await _is_dead(token, purpose)


@pytest.mark.parametrize("token", ["", "alk_", "alk_" + "A" * 43, "ast_" + "A" * 43, "alk_ü", "alk_" + "A" * 200, "\0"])
async def test_a_token_that_is_not_ours_is_refused(token: str) -> None:
    assert await _is_dead(token)


async def test_what_is_kept_with_a_sign_up_link_is_sealed() -> None:
    details = {"name": "Grace", "phc": "$argon2id$secret"}

    token = await commit(new_sign_up_link("grace@example.com", details))

    stored = await db.fetch_value("SELECT details FROM credentials_link")
    assert b"Grace" not in stored
    assert await commit(consume_link(token, LinkPurpose.SIGN_UP)) == LinkClaim(
        LinkPurpose.SIGN_UP, None, "grace@example.com", details
    )
    assert "secret" not in repr(await commit(_claim_again(details)))


async def _claim_again(details: dict[str, str]) -> LinkClaim:
    return await read_link(await new_sign_up_link("grace@example.com", details), LinkPurpose.SIGN_UP)


async def test_links_that_are_over_are_swept() -> None:
    user = await make_user()

    with clock.frozen() as frozen:
        await _link(user)
        frozen.advance(timedelta(hours=1))
        alive = await _link(user)

        assert await commit(sweep_credentials()) == 1
        assert await commit(sweep_credentials()) == 0
        assert (await commit(read_link(alive, RESET))).user_id == user.id
