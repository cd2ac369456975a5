"""Grants and models: what would strand a grant is refused; what is stranded all the same is left out."""

from __future__ import annotations

import pytest

from app.authz.errors import ModelStrands
from app.authz.service.models import preview_model, save_model
from app.authz.types.saving import ModelDraft
from app.clients.service import delete_client
from app.contexts.service import find_context, get_contexts, welcome
from app.contexts.types import Entry, Grant
from app.kit.actor import SYSTEM
from tests.clients.support import make_client
from tests.contexts.support import (
    MEMBER,
    MODEL,
    applied,
    give_model,
    make_client_context,
    make_context,
    told,
    tuples_of,
)
from tests.support import commit, make_user, read_everything

WITHOUT_VIEWER = (
    MODEL.replace("    define viewer: [user]\n", "").replace(" or viewer", "").replace(": viewer", ": editor")
)


async def test_a_model_that_would_strand_a_grant_is_refused_and_says_which() -> None:
    client = await make_client()
    await make_client_context(client.id)
    await make_client_context((await make_client(name="Other")).id, slug="other")
    before = await read_everything()

    preview = await preview_model(SYSTEM, ModelDraft(client.id, WITHOUT_VIEWER))
    with pytest.raises(ModelStrands):
        await commit(save_model(SYSTEM, ModelDraft(client.id, WITHOUT_VIEWER)))

    (blocker,) = preview.blockers
    assert (blocker.kind, blocker.count) == ("registration_grant", 1)
    assert blocker.samples == (f"staff: {client.id}:invoice:*#viewer",)
    assert await read_everything() == before


async def test_a_type_that_gets_another_name_keeps_its_grants() -> None:
    client = await make_client()
    context = await make_client_context(client.id)
    renamed = MODEL.replace("invoice", "bill")

    await commit(save_model(SYSTEM, ModelDraft(client.id, renamed, renames={"invoice": "bill"})))

    found = (await get_contexts([context.id]))[context.id]
    assert found.grants == (Grant(f"{client.id}:bill", "viewer"),)
    user = await make_user()
    await commit(welcome(SYSTEM, user.id, Entry((client.id,))))
    assert await tuples_of(user.id) == [f"{client.id}:bill:*#viewer"]


async def test_a_stranded_grant_is_left_out_and_audited_and_the_rest_is_given() -> None:
    client = await make_client()
    kind = await give_model(client.id)
    context = await make_context(Grant(kind, "viewer"), MEMBER)
    await commit(delete_client(SYSTEM, client.id))
    user = await make_user()

    await commit(welcome(SYSTEM, user.id, Entry()))

    assert await tuples_of(user.id) == ["platform:*#member"]
    assert await applied() == [("staff", user.id)]
    skipped, given = (await told())[1:]
    after = {"slug": "staff", "grant": f"{kind}:*#viewer"}
    assert skipped == (
        "registration_context.grant_skipped", "system", user.id, after, "authz_tuple_type_unknown",
    )  # fmt: skip
    assert given[3] == {"slug": "staff", "user_id": user.id, "client_id": None, "grants": ["platform:*#member"]}
    assert context.grants[0].entity_type == kind


async def test_a_client_takes_its_contexts_along_and_what_they_gave() -> None:
    client = await make_client()
    context = await make_client_context(client.id)
    user = await make_user()
    await commit(welcome(SYSTEM, user.id, Entry((client.id,))))

    await commit(delete_client(SYSTEM, client.id))

    assert await find_context(SYSTEM, "staff") is None
    assert await tuples_of(user.id) == []
    action, _, _, after, _ = (await told("registration_context.deleted"))[0]
    assert (action, after, context.client_id) == ("registration_context.deleted", None, client.id)
