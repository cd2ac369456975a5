"""A context gives no right on a client that does not exist, and lets people in when one is gone by then."""

from __future__ import annotations

import pytest

from app.authz.errors import EntityUnknown
from app.clients.service import delete_client
from app.clients.types import ClientKind
from app.contexts.service import create_context, welcome
from app.contexts.types import Entry, Grant, NewContext
from app.kit.actor import SYSTEM
from tests.clients.support import make_client
from tests.contexts.support import MEMBER, applied, make_context, told, tuples_of
from tests.support import commit, make_user, read_everything


async def test_a_right_on_a_client_that_does_not_exist_is_refused() -> None:
    before = await read_everything()
    new = NewContext(slug="staff", name="Staff", grants=(MEMBER, Grant("clients", "admin", "cli_nothing")))

    with pytest.raises(EntityUnknown) as caught:
        await commit(create_context(SYSTEM, new))

    assert (caught.value.code, caught.value.field) == ("authz_entity_unknown", ("grants", "1", "entity_id"))
    assert "there is no client cli_nothing" in caught.value.message
    assert await read_everything() == before


async def test_what_is_about_a_client_that_is_gone_is_left_out() -> None:
    client = await make_client(ClientKind.MACHINE)
    await make_context(MEMBER, Grant("clients", "viewer", client.id))
    await commit(delete_client(SYSTEM, client.id))
    user = await make_user()

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await tuples_of(user.id) == ["platform:*#member"]
    assert await applied() == [("staff", user.id)]
    [skipped] = await told("registration_context.grant_skipped")
    after = {"slug": "staff", "grant": f"clients:{client.id}#viewer"}
    assert skipped == ("registration_context.grant_skipped", "system", user.id, after, "authz_entity_unknown")
