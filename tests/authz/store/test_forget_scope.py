"""A client that is gone leaves no tuple behind."""

from __future__ import annotations

from app.authz.service import forget_scope
from app.authz.types import RelationTuple, TupleKey
from app.clients.service import delete_client
from app.kit.actor import SYSTEM
from tests.authz.people import give
from tests.authz.store.support import SCOPE, changes, revision, save_app, standing, touch, write
from tests.clients.support import make_client
from tests.support import commit, read_everything


def granted(entity_type: str, entity_id: str, relation: str, subject_type: str, subject_id: str) -> RelationTuple:
    return RelationTuple(TupleKey(entity_type, entity_id, relation, subject_type, subject_id))


async def test_all_that_speaks_of_a_client_ends_at_one_revision_and_nothing_else() -> None:
    await save_app()
    await save_app(scope="cli_other")
    await touch("document:1#viewer@user:ann", "document:1#viewer@team:red#member", "team:red#member@user:ann")
    await give(
        granted("clients", SCOPE, "full_access", "user", "ann"), granted("users", "*", "viewer", "client", SCOPE)
    )
    others = (
        granted("cli_other:document", "1", "viewer", "user", "ann"),
        granted("clients", "cli_other", "viewer", "user", "ann"),
        granted("clients", "*", "viewer", "user", "ann"),
        granted("users", "*", "viewer", "user", SCOPE),
    )
    await give(*others)
    before = await revision()

    assert await commit(forget_scope(SCOPE)) == 5

    assert await standing() == [str(each.key).replace(f"{SCOPE}:", "") for each in others]
    assert {(each.revision, each.reason) for each in await changes(before)} == {(before + 1, "the client is gone")}


async def test_a_client_without_tuples_takes_no_revision() -> None:
    await save_app()
    before = await read_everything()

    assert await commit(forget_scope(SCOPE)) == 0

    assert await read_everything() == before


async def test_deleting_a_client_ends_its_tuples() -> None:
    client = await make_client()
    await save_app(scope=client.id)
    await write(touch=(granted(f"{client.id}:document", "1", "viewer", "user", "ann"),))

    await commit(delete_client(SYSTEM, client.id))

    assert await standing() == []
