"""An address alone opens no account that matters: not a protected one, not a powerful one, not one much alike."""

from __future__ import annotations

import pytest

from app.authz.service import super_admin
from app.factors.service import reset_factors
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.service import resolve_session
from app.users.types import User
from tests.api_keys.support import relate
from tests.factors.support import give_app, give_passkey
from tests.login.support import Page, Visitor, make_person, read_mails
from tests.support import commit, make_admin, make_user, read_everything
from tests.upstream.provider import Upstream, make_provider, sign_in

PLATFORM = f"{super_admin('user', '').entity_type}:*"
KEPT = ("users_user", "upstream_identity", "sessions_session", "mail_message", "factors_totp", "factors_passkey")


async def come(visitor: Visitor, upstream: Upstream, email: str) -> Page:
    """Somebody of whom the provider says that this address is theirs."""
    upstream.person = {"sub": "666", "email": email, "email_verified": True}
    return await sign_in(visitor, upstream)


async def assert_refused(visitor: Visitor, upstream: Upstream, email: str) -> None:
    before = {name: value for name, value in (await read_everything()).items() if name in KEPT}

    page = await come(visitor, upstream, email)

    assert page.status == 409
    assert page.alert is not None
    assert page.alert.startswith("There is an account with your address already.")
    assert await resolve_session(visitor.session_token or "") is None
    assert {name: value for name, value in (await read_everything()).items() if name in KEPT} == before
    assert await db.fetch_value("SELECT count(*) FROM upstream_identity") == 0


@pytest.mark.parametrize("give", [give_app, give_passkey])
async def test_an_account_with_a_second_factor_is_not_linked_by_address(
    visitor: Visitor, upstream: Upstream, give: object
) -> None:
    user = await make_person("ada@example.com", email_verified=True)
    assert callable(give)
    await give(user)
    await make_provider(upstream)

    await assert_refused(visitor, upstream, "ada@example.com")


async def test_who_manages_the_platform_does_not_become_who_may_do_all(visitor: Visitor, upstream: Upstream) -> None:
    boss = await make_admin("boss@example.com")
    await give_app(boss)
    await make_provider(upstream)
    await commit(reset_factors(SYSTEM, boss.id))

    await assert_refused(visitor, upstream, "boss@example.com")


@pytest.mark.parametrize(
    ("entity", "relation"),
    [("users:*", "viewer"), (PLATFORM, "admin"), ("clients:cli_one", "admin"), ("clients:*", "full_access")],
)
async def test_an_account_with_any_permission_on_the_platform_is_not_linked_by_address(
    visitor: Visitor, upstream: Upstream, entity: str, relation: str
) -> None:
    user = await make_user("ada@example.com", email_verified=True)
    await relate(entity, relation, user.id)
    await make_provider(upstream)

    await assert_refused(visitor, upstream, "ada@example.com")


async def test_who_is_powerful_signs_in_by_a_link_of_their_own(visitor: Visitor, upstream: Upstream) -> None:
    user = await make_person("ada@example.com", email_verified=True)
    await make_provider(upstream)
    await come(visitor, upstream, "ada@example.com")
    key = super_admin("user", user.id)
    await relate(f"{key.entity_type}:{key.entity_id}", key.relation, user.id)

    page = await come(visitor, upstream, "ada@example.com")

    assert page.status == 303
    assert await holder(visitor) == user.id


async def test_a_link_by_address_is_told_to_the_owner(visitor: Visitor, upstream: Upstream) -> None:
    user = await make_person("ada@example.com", email_verified=True, locale="de")
    await make_provider(upstream)

    await come(visitor, upstream, "ada@example.com")

    assert await holder(visitor) == user.id
    told = [mail for mail in await read_mails() if mail.template == "identity_linked"]
    assert [mail.to for mail in told] == ["ada@example.com"]
    assert "Ein Konto bei There wurde mit deinem Konto verknüpft." in (told[0].text or "")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("mike@example.com", "m\u0130ke@example.com"),
        ("s\u00e9b@example.com", "S\u00c9B@example.com"),
    ],
    ids=["dotted I", "accent"],
)
async def test_addresses_that_only_a_database_calls_equal_link_nothing(
    visitor: Visitor, upstream: Upstream, here: str, there: str
) -> None:
    user = await make_person(here, email_verified=True, username="ada")
    await make_provider(upstream, can_sign_up=False)

    page = await come(visitor, upstream, there)

    assert page.status in {403, 409}
    assert await db.fetch_value("SELECT count(*) FROM upstream_identity") == 0
    assert await holder(visitor) is None
    assert await db.fetch_value("SELECT email FROM users_user WHERE id = $1", user.id) == here


@pytest.mark.parametrize("email", ["s\u00e9b@example.com", "seb@example.com"], ids=["accent", "plain"])
async def test_the_same_address_to_the_letter_is_linked(visitor: Visitor, upstream: Upstream, email: str) -> None:
    user: User = await make_person(email, email_verified=True, username="ada")
    await make_provider(upstream)

    await come(visitor, upstream, email)

    assert await holder(visitor) == user.id


async def holder(visitor: Visitor) -> str | None:
    resolved = await resolve_session(visitor.session_token or "")
    return resolved.user.id if resolved else None
