"""A sign-in that a provider remembers is as old as it is there: it proves nothing anew here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.kit import clock
from app.kit.clock import FrozenClock
from app.sessions.service import find_flow, resolve_session
from app.sessions.types import ResolvedSession
from tests.factors.support import code_of, give_app
from tests.login.support import Page, Visitor, make_person
from tests.upstream.provider import Upstream, go, make_hub, make_provider, sign_in

NEW_PASSKEY = "/account/security/passkeys/new"
STALE = (
    "There did not confirm that you signed in there just now. Use your password or a passkey; "
    "if you have neither, set a password first."
)
OLD = timedelta(days=3)


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


def told(moment: datetime) -> dict[str, int]:
    return {"auth_time": int(moment.timestamp())}


async def session_of(visitor: Visitor) -> ResolvedSession:
    resolved = await resolve_session(visitor.session_token or "")
    assert resolved is not None
    return resolved


async def query_of(visitor: Visitor, **query: str) -> dict[str, str]:
    found = parse_qs(urlsplit(await go(visitor, **query)).query)
    return {name: found[name][0] for name in ("prompt", "max_age") if name in found}


async def step_up(visitor: Visitor, upstream: Upstream, slug: str, frozen: FrozenClock, **claims: Any) -> Page:
    """A session of three hours, a page that wants a fresh proof, and the provider's silent answer to that."""
    await visitor.sign_in("ada")
    frozen.advance(timedelta(hours=3))
    asked = await visitor.get(NEW_PASSKEY)
    flow = asked.response.headers["location"].split("flow=")[1]
    url = (await go(visitor, slug, flow=flow)).replace("&prompt=login", "").replace("&max_age=0", "")
    upstream.claims = claims
    return await visitor.get(upstream.consent(url))


async def connect(visitor: Visitor, upstream: Upstream, slug: str = "there") -> None:
    """Somebody with a password and a link, signed in nowhere."""
    await make_person("ada@example.com", email_verified=True)
    await (make_provider if slug == "there" else make_hub)(upstream)
    if slug == "hub":
        upstream.person = {"id": 1815}
        upstream.emails = [{"email": "ada@example.com", "primary": True, "verified": True}]
    assert (await sign_in(visitor, upstream, slug)).status == 303


async def test_a_provider_is_asked_for_a_sign_in_as_new_as_the_flow_wants(
    visitor: Visitor, upstream: Upstream, frozen: FrozenClock
) -> None:
    await make_provider(upstream)
    anew = await visitor.begin_flow(must_reauthenticate=True)
    recent = await visitor.begin_flow(min_auth_time=clock.now() - timedelta(minutes=5))

    assert await query_of(visitor, flow=anew.id) == {"prompt": "login", "max_age": "0"}
    assert await query_of(visitor, flow=recent.id) == {"max_age": "300"}
    assert await query_of(visitor) == {}


@pytest.mark.parametrize("slug", ["there", "hub"])
@pytest.mark.parametrize("is_told", [True, False], ids=["told", "untold"])
async def test_a_remembered_sign_in_is_no_fresh_proof(
    visitor: Visitor, stranger: Visitor, upstream: Upstream, frozen: FrozenClock, slug: str, is_told: bool
) -> None:
    await connect(stranger, upstream, slug)

    page = await step_up(visitor, upstream, slug, frozen, **(told(clock.now() - OLD) if is_told else {}))

    assert page.status == 403
    assert page.alert == STALE.replace("There", "Hub" if slug == "hub" else "There")
    assert "signin-form" in page.forms
    assert (await session_of(visitor)).session.amr == ("pwd",)
    assert (await visitor.get(NEW_PASSKEY)).response.headers["location"].startswith("/signin?flow=")


@pytest.mark.parametrize("auth_time", ["now", True, 1e300, -1, None, 4_000_000_000], ids=str)
async def test_a_time_that_is_none_or_is_to_come_proves_nothing(
    visitor: Visitor, stranger: Visitor, upstream: Upstream, frozen: FrozenClock, auth_time: object
) -> None:
    await connect(stranger, upstream)

    page = await step_up(visitor, upstream, "there", frozen, auth_time=auth_time)

    assert page.alert == STALE


@pytest.mark.parametrize("behind", [0, 59], ids=["same clock", "clock behind"])
async def test_a_new_sign_in_there_is_a_fresh_proof(
    visitor: Visitor, stranger: Visitor, upstream: Upstream, frozen: FrozenClock, behind: int
) -> None:
    await connect(stranger, upstream)
    at = clock.now() + timedelta(hours=3) - timedelta(seconds=behind)

    page = await step_up(visitor, upstream, "there", frozen, **told(at))

    assert page.response.headers["location"] == NEW_PASSKEY
    assert (await session_of(visitor)).session.auth_time == clock.now()
    assert "passkey-form" in (await visitor.follow(page)).forms


async def test_a_sign_in_just_before_is_not_one_after(
    visitor: Visitor, stranger: Visitor, upstream: Upstream, frozen: FrozenClock
) -> None:
    await connect(stranger, upstream)

    page = await step_up(visitor, upstream, "there", frozen, **told(clock.now() + timedelta(hours=3, seconds=-62)))

    assert page.alert == STALE


async def test_a_session_is_as_old_as_the_sign_in_there(
    visitor: Visitor, upstream: Upstream, frozen: FrozenClock
) -> None:
    await make_provider(upstream)
    upstream.claims = told(clock.now() - OLD)

    await sign_in(visitor, upstream)

    age = clock.now() - (await session_of(visitor)).session.auth_time
    assert OLD <= age < OLD + timedelta(seconds=1)
    assert (await visitor.get(NEW_PASSKEY)).response.headers["location"].startswith("/signin?flow=")


async def test_an_application_that_wants_a_recent_sign_in_gets_none_that_is_older(
    visitor: Visitor, upstream: Upstream, frozen: FrozenClock
) -> None:
    await make_provider(upstream)
    flow = await visitor.begin_flow(min_auth_time=clock.now() - timedelta(hours=1))
    upstream.claims = told(clock.now() - timedelta(hours=2))
    older = await visitor.get(upstream.consent(await go(visitor, flow=flow.id)))
    found = await find_flow(flow.id, visitor.browser_id)
    upstream.claims = told(clock.now() - timedelta(minutes=30))

    recent = await visitor.get(upstream.consent(await go(visitor, flow=flow.id)))

    assert (older.alert, recent.status) == (STALE, 303)
    assert found is not None
    assert found.session_id is None


async def test_a_code_here_makes_up_for_an_old_sign_in_there(
    visitor: Visitor, stranger: Visitor, upstream: Upstream, frozen: FrozenClock
) -> None:
    await connect(stranger, upstream, "hub")
    secret, _ = await give_app((await session_of(stranger)).user)
    flow = await visitor.begin_flow(must_reauthenticate=True)

    half = await visitor.get(upstream.consent(await go(visitor, "hub", flow=flow.id)))
    done = await visitor.submit(await visitor.follow(half), "code-form", code=code_of(secret))

    assert done.status == 303
    assert (await session_of(visitor)).session.auth_time == clock.now()
