"""Deleting policies: never while something refers to them, also when that comes at the same moment."""

from __future__ import annotations

import asyncio
from contextvars import Context

import pytest

from app.authz.service import write_tuples
from app.authz.service.models import save_model
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.authz.types.saving import ModelDraft
from app.authz.types.tuples import with_policy
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.policies.errors import PolicyInUse, PolicyNotFound
from app.policies.service import count_usage, delete_policy, names_in
from app.policies.types import Usage
from tests.clients.support import make_client
from tests.policies.support import make_policy, manager_of
from tests.sessions.test_remembered_sessions import stranger
from tests.support import assert_needs, commit, read_audit, read_everything

PATIENCE_SECONDS = 20
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
MODEL = """model
  schema 1.1

type user

type invoice
  relations
    define viewer: [user]
  permissions
    define read: viewer
    define approve: viewer policy small
    define pay: viewer policy small
"""


def tuple_with(policy: str | None, kind: str = "invoice", user: str = "ann") -> TupleWrite:
    condition = with_policy(policy) if policy else None
    return TupleWrite(touch=(RelationTuple(TupleKey(kind, "7", "viewer", "user", user), condition),))


async def give_model(scope: str = "", *, uses: bool = True) -> None:
    text = MODEL if uses else MODEL.replace(" policy small", "")
    await commit(save_model(SYSTEM, ModelDraft(scope, text)))


async def refused(policy_id: str) -> AppError:
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(delete_policy(SYSTEM, policy_id))
    assert await read_everything() == before
    return caught.value


async def test_deleting_needs_what_saving_needs() -> None:
    client = await make_client()
    own, of_client = await make_policy(), await make_policy(scope=client.id)

    await assert_needs("platform.manage_platform", lambda actor: delete_policy(actor, own.id))
    await assert_needs("clients.manage_access", lambda actor: delete_policy(actor, of_client.id))
    await commit(delete_policy(await manager_of(client.id), of_client.id))

    assert [await names_in(""), await names_in(client.id)] == [frozenset({"small"}), frozenset()]


async def test_a_policy_that_nothing_refers_to_is_gone_with_all_it_had() -> None:
    policy = await make_policy()

    await commit(delete_policy(SYSTEM, policy.id))

    assert await names_in("") == frozenset()
    event = (await read_audit())[-1]
    assert (event.action, event.target_id) == ("policy.deleted", policy.id)
    assert event.before == {"scope": None, "name": "small", "version": 1, "source": policy.source}
    assert isinstance(await refused(policy.id), PolicyNotFound)


async def test_permissions_keep_a_policy_from_being_deleted() -> None:
    policy = await make_policy()
    await give_model()

    error = await refused(policy.id)

    assert isinstance(error, PolicyInUse)
    assert error.usage == Usage(2, 0, ("invoice.approve", "invoice.pay"))
    assert error.message == "2 permissions refer to this policy (invoice.approve, invoice.pay)."
    await give_model(uses=False)
    await commit(delete_policy(SYSTEM, policy.id))


async def test_tuples_keep_a_policy_from_being_deleted() -> None:
    policy = await make_policy()
    await give_model(uses=False)
    await commit(write_tuples(SYSTEM, tuple_with("small")))

    error = await refused(policy.id)

    assert isinstance(error, PolicyInUse)
    assert (error.usage, error.message) == (Usage(0, 1), "1 tuple refers to this policy.")
    await commit(write_tuples(SYSTEM, tuple_with(None)))
    await commit(delete_policy(SYSTEM, policy.id))


async def test_what_another_scope_refers_to_by_the_same_name_does_not_count() -> None:
    client = await make_client()
    own, of_client = await make_policy(), await make_policy(scope=client.id)
    await give_model(client.id)

    assert await count_usage([own.key, of_client.key]) == {
        own.key: Usage(),
        of_client.key: Usage(2, 0, ("invoice.approve", "invoice.pay")),
    }
    await commit(delete_policy(SYSTEM, own.id))
    assert isinstance(await refused(of_client.id), PolicyInUse)


@pytest.mark.parametrize("_round", range(3))
async def test_a_tuple_and_a_deletion_at_once_never_leave_a_tuple_without_its_policy(_round: int) -> None:
    policy = await make_policy()
    await give_model(uses=False)

    results = await asyncio.gather(
        commit(write_tuples(SYSTEM, tuple_with("small"))),
        commit(delete_policy(SYSTEM, policy.id)),
        return_exceptions=True,
    )

    assert sum(isinstance(each, Exception) for each in results) == 1
    (usage,) = (await count_usage([policy.key])).values()
    assert (usage.tuples, await names_in("")) in {(1, frozenset({"small"})), (0, frozenset())}


async def test_a_deletion_waits_for_who_is_about_to_refer_to_the_policy(dsn: str) -> None:
    policy = await make_policy()
    await give_model(uses=False)

    async with stranger(dsn) as other, unit_of_work():
        await write_tuples(SYSTEM, tuple_with("small"))
        deletion = commit(delete_policy(SYSTEM, policy.id))
        deleting = asyncio.get_running_loop().create_task(deletion, context=Context())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await other.fetchval(WAITING):
                assert not deleting.done()

    with pytest.raises(PolicyInUse):
        await deleting
