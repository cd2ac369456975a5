"""Linking an account at a provider to one's own, and taking the link away: by proof only, never the last way in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, Unauthenticated
from app.sessions.service import resolve_session
from app.upstream.errors import IdentityNotFound
from app.upstream.service import delete_provider, read_visible, unlink, update_provider
from app.upstream.types import ProviderChanges
from app.users.service import delete_user
from tests.factors.support import give_passkey
from tests.login.support import Page, Visitor, make_person, read_mails
from tests.support import as_user, commit, make_admin, make_user, read_audit, read_everything
from tests.upstream.provider import Upstream, make_provider, sign_in

SECURITY = "/account/security"
LINK = f"{SECURITY}/linked/with/there"


async def links() -> dict[str, tuple[str, str]]:
    rows = await db.fetch("SELECT id, subject, user_id FROM upstream_identity")
    return {row["id"]: (row["subject"], row["user_id"]) for row in rows}


async def connect(visitor: Visitor, upstream: Upstream, slug: str = "there") -> Page:
    """From the button on the security page to the provider and back."""
    return await visitor.get(upstream.consent(await depart(visitor, slug)))


async def depart(visitor: Visitor, slug: str = "there") -> str:
    """From the button on the security page to the provider: the authorization URL."""
    page = await visitor.submit(await visitor.get(f"{SECURITY}/linked/with/{slug}"), "link-form")
    assert page.status == 303, page.html
    return page.response.headers["location"]


async def test_somebody_signed_in_connects_an_account_and_signs_in_with_it(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    user = await make_person("bob@example.com")
    await make_provider(upstream)
    await visitor.sign_in("bob")
    assert (await visitor.get(SECURITY)).links["link-there"] == LINK

    done = await connect(visitor, upstream)

    assert (done.status, done.response.headers["location"]) == (303, f"{SECURITY}?notice=linked")
    assert list((await links()).values()) == [("1815", user.id)]
    shown = await visitor.follow(done)
    assert "The account is connected." in shown.html
    assert "unlink-there" in shown.links
    await sign_in(stranger, upstream)
    session = await resolve_session(stranger.session_token or "")
    assert session is not None
    assert session.user.id == user.id
    assert [event.action for event in await read_audit()].count("linked_identity.created") == 1
    assert [mail.to for mail in await read_mails() if mail.template == "identity_linked"] == ["bob@example.com"]


async def test_connecting_needs_a_sign_in_and_a_fresh_proof(visitor: Visitor, upstream: Upstream) -> None:
    await make_person("bob@example.com")
    await make_provider(upstream)
    with clock.frozen() as frozen:
        signed_out = await visitor.get(LINK)
        await visitor.sign_in("bob")
        frozen.advance(timedelta(hours=1))
        stale = await visitor.get(LINK)

        assert signed_out.response.headers["location"].startswith("/signin?next=/account/security/linked")
        assert stale.response.headers["location"].startswith("/signin?flow=flw_")
        assert upstream.asked == []


async def test_a_proof_that_grew_old_on_the_way_is_asked_for_again(visitor: Visitor, upstream: Upstream) -> None:
    await make_person("bob@example.com")
    await make_provider(upstream)
    with clock.frozen() as frozen:
        await visitor.sign_in("bob")
        frozen.advance(timedelta(minutes=4))
        url = await depart(visitor)
        frozen.advance(timedelta(minutes=9))

        page = await visitor.get(upstream.consent(url))

    assert page.response.headers["location"] == LINK
    assert await links() == {}


async def test_an_answer_is_linked_to_nobody_but_who_went(visitor: Visitor, upstream: Upstream) -> None:
    await make_person("bob@example.com")
    await make_person("eve@example.com")
    await make_provider(upstream)
    await visitor.sign_in("bob")
    callback = upstream.consent(await depart(visitor))
    await visitor.sign_in("eve", url="/signin?other=1")

    page = await visitor.get(callback)

    assert page.status == 404
    assert await links() == {}


async def test_an_account_that_is_somebodys_is_not_taken_over(
    visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    await sign_in(stranger, upstream)
    await make_person("bob@example.com")
    await visitor.sign_in("bob")
    before = await links()

    page = await connect(visitor, upstream)

    assert page.status == 409
    assert page.alert == "This account of There is connected with another account here."
    assert await links() == before


async def test_a_link_is_taken_away_after_a_question(visitor: Visitor, upstream: Upstream) -> None:
    await make_person("bob@example.com")
    await make_provider(upstream)
    await visitor.sign_in("bob")
    await connect(visitor, upstream)
    question = await visitor.get((await visitor.get(SECURITY)).links["unlink-there"])

    done = await visitor.submit(question, "unlink-form")

    assert done.response.headers["location"] == f"{SECURITY}?notice=unlinked"
    assert await links() == {}
    assert (await read_audit())[-1].action == "linked_identity.deleted"
    told = [mail for mail in await read_mails() if mail.template == "identity_unlinked"]
    assert [mail.to for mail in told] == ["bob@example.com"]
    assert "An account of There was disconnected from your account." in (told[0].text or "")


async def test_the_last_way_in_stays(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    upstream.claims = {"auth_time": int(clock.timestamp())}
    await sign_in(visitor, upstream)
    question = await visitor.get((await visitor.get(SECURITY)).links["unlink-there"])

    refused = await visitor.submit(question, "unlink-form")

    assert refused.status == 409
    assert "This is the only way to sign in to the account." in refused.html
    ((identity_id, (_, user_id)),) = (await links()).items()
    session = await resolve_session(visitor.session_token or "")
    assert session is not None
    await give_passkey(session.user)
    with clock.frozen() as frozen:
        frozen.advance(timedelta(seconds=1))
        await visitor.get(f"{SECURITY}/linked/{identity_id}/remove")
    assert user_id == session.user.id


async def test_a_link_to_a_provider_that_is_switched_off_is_no_other_way_in(
    visitor: Visitor, upstream: Upstream
) -> None:
    await make_provider(upstream)
    other = await make_provider(upstream, slug="elsewhere", name="Elsewhere")
    upstream.claims = {"auth_time": int(clock.timestamp())}
    await sign_in(visitor, upstream)
    await connect(visitor, upstream, "elsewhere")
    await commit(update_provider(SYSTEM, other.id, ProviderChanges(is_enabled=False)))
    question = (await visitor.get(SECURITY)).links["unlink-there"]

    refused = await visitor.submit(await visitor.get(question), "unlink-form")
    await commit(update_provider(SYSTEM, other.id, ProviderChanges(is_enabled=True)))
    done = await visitor.submit(await visitor.get(question), "unlink-form")

    assert refused.status == 409
    assert done.status == 303
    assert len(await links()) == 1


async def test_links_of_others_are_not_there(visitor: Visitor, stranger: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await sign_in(stranger, upstream)
    (identity_id,) = await links()
    await make_person("bob@example.com")
    await visitor.sign_in("bob")

    page = await visitor.get(f"{SECURITY}/linked/{identity_id}/remove")

    assert page.status == 404
    assert len(await links()) == 1


async def test_four_callers_of_a_link(stranger: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await sign_in(stranger, upstream)
    (identity_id,) = await links()
    plain, admin = await make_user("plain@example.com"), await make_admin()

    for caller, error in ((ANONYMOUS, Unauthenticated), (as_user(plain), Forbidden)):
        with pytest.raises(error):
            await commit(unlink(caller, identity_id))
    for caller, hidden in ((ANONYMOUS, Unauthenticated), (as_user(plain), IdentityNotFound)):
        with pytest.raises(hidden):
            await read_visible(caller, identity_id)
    assert len(await links()) == 1
    assert [mail.template for mail in await read_mails()] == ["identity_linked"]
    await commit(unlink(as_user(admin), identity_id))
    assert await links() == {}
    assert {mail.template for mail in await read_mails()} == {"identity_linked", "identity_unlinked"}
    with pytest.raises(IdentityNotFound):
        await commit(unlink(as_user(admin), identity_id))


async def test_links_go_with_their_user_and_their_provider(
    app: Starlette, visitor: Visitor, stranger: Visitor, upstream: Upstream
) -> None:
    there = await make_provider(upstream)
    await make_provider(upstream, slug="elsewhere", name="Elsewhere")
    await sign_in(visitor, upstream)
    upstream.person |= {"sub": "2", "email": "bob@example.com"}
    await sign_in(stranger, upstream, "elsewhere")
    await commit(delete_provider(SYSTEM, there.id))
    assert [subject for subject, _ in (await links()).values()] == ["2"]

    session = await resolve_session(stranger.session_token or "")
    assert session is not None
    await commit(delete_user(SYSTEM, session.user.id))

    assert await links() == {}


async def test_a_foreign_page_cannot_begin_a_link(visitor: Visitor, upstream: Upstream) -> None:
    await make_person("bob@example.com")
    await make_provider(upstream)
    await visitor.sign_in("bob")
    before = await read_everything()

    by_address = await visitor.get(LINK)
    by_form = await visitor.client.post(LINK, data={"csrf_token": "guessed"})

    assert (by_address.status, by_form.status_code) == (200, 403)
    assert "location" not in by_address.response.headers
    assert await read_everything() == before


async def test_the_question_names_both_accounts_and_may_lead_to_the_provider(
    visitor: Visitor, upstream: Upstream
) -> None:
    await make_person("bob@example.com")
    await make_provider(upstream)
    await visitor.sign_in("bob")

    page = await visitor.get(LINK)

    assert "Connect There?" in page.html
    assert "bob@example.com" in page.html
    policy = page.response.headers["content-security-policy"]
    assert "form-action 'self' http://localhost:* https:;" in policy
