"""Roles on the platform: who may what, and the tuples that say so."""

from __future__ import annotations

from app.authz.engine.schema import build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.queries import platform as queries
from app.authz.service.rights import permissions_given
from app.authz.service.tuples import write_tuples
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN, RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit.actor import Actor

_NONE: frozenset[str] = frozenset()


class PlatformDecider:
    """Decides for the guards by the tuples on the types that guard the platform."""

    def __init__(self) -> None:
        ids = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()}
        self._schema = build_schema(system_model(), {}, ids)

    async def permissions_of(self, actor: Actor) -> frozenset[str]:
        """The platform permissions that the actor holds. One statement."""
        subject_type = SYSTEM_TYPE_IDS.get(actor.kind.value)
        if actor.id is None or actor.id == EVERY or subject_type is None:
            return _NONE
        pairs = await queries.list_platform_relations(subject_type, actor.id)
        types = self._schema.by_id
        return _NONE.union(*(permissions_given(self._schema, types[number].full_name, name) for number, name in pairs))


def super_admin(subject_type: str, subject_id: str) -> TupleKey:
    """The tuple that makes a subject the platform's super admin."""
    return TupleKey(PLATFORM, EVERY, SUPER_ADMIN, subject_type, subject_id)


async def grant_relation(actor: Actor, key: TupleKey) -> bool:
    """Write a tuple; False when it stood there already.

    Raises:
        As `write_tuples`.
    """
    return bool((await write_tuples(actor, TupleWrite(touch=(RelationTuple(key),)))).created)


async def revoke_relation(actor: Actor, key: TupleKey) -> bool:
    """Delete a tuple; False when there was none.

    Raises:
        As `write_tuples`.
    """
    return bool((await write_tuples(actor, TupleWrite(delete=(key,)))).deleted)


async def list_super_admins() -> list[str]:
    """Ids of the users who are super admin, a thousand at most. No guard: for the first start.

    Another process that asks waits until our unit of work ends, so two first starts make one operator.
    """
    await queries.lock_first_start()
    return await queries.list_super_admins()
