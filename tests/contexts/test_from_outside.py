"""Whom a provider brings gets what contexts give, with the account."""

from __future__ import annotations

import pytest

from app.users.service import find_by_email
from tests.clients.support import make_client
from tests.contexts.support import applied, make_client_context, make_context, tuples_of
from tests.login.support import Visitor
from tests.support import make_user
from tests.upstream.provider import Upstream, go, make_provider, sign_in


@pytest.mark.parametrize(("domain", "is_given"), [("example.com", True), ("sub.example.com", False)])
async def test_an_account_that_is_made_for_somebody_has_what_its_domain_gives(
    visitor: Visitor, upstream: Upstream, domain: str, is_given: bool
) -> None:
    await make_provider(upstream)
    await make_context(allowed_domains=(domain,))

    await sign_in(visitor, upstream)

    user = await find_by_email("ada@example.com")
    assert user is not None
    assert await tuples_of(user.id) == (["platform:*#member"] if is_given else [])


async def test_the_application_that_sent_them_has_contexts_as_well(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    client = await make_client()
    await make_client_context(client.id, allowed_origins=("https://app.example.com",))
    flow = await visitor.begin_flow(client_id=client.id, client_name="Portal", origin="https://app.example.com")
    await visitor.get(f"/signin?flow={flow.id}")
    url = (await visitor.get(f"/signin/with/there?flow={flow.id}")).response.headers["location"]

    await visitor.get(upstream.consent(url))

    user = await find_by_email("ada@example.com")
    assert user is not None
    assert await applied() == [("staff", user.id)]


async def test_who_has_an_account_already_is_linked_and_gets_nothing(visitor: Visitor, upstream: Upstream) -> None:
    await make_provider(upstream)
    await make_context()
    user = await make_user()

    await sign_in(visitor, upstream)
    await visitor.get(upstream.consent(await go(visitor)))

    assert (await applied(), await tuples_of(user.id)) == ([], [])
