"""Roles on the platform: who may what, and the tuples that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from weakref import ref

from app.authz.engine.index import Index
from app.authz.engine.index.roles import find_roles
from app.authz.engine.schema import build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.queries import platform as queries
from app.authz.queries.head import WRITING
from app.authz.service.follower import active_follower
from app.authz.service.rights import given_to_others, permissions_given
from app.authz.service.tuples import write_tuples
from app.authz.types.tuples import EVERY, PLATFORM, SUPER_ADMIN, RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.kit.actor import Actor
from app.kit.db import is_marked

_NONE: frozenset[str] = frozenset()
_MOST_KNOWN: Final = 10_000


class PlatformDecider:
    """Decides for the guards by the tuples on the types that guard the platform."""

    def __init__(self) -> None:
        ids = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()}
        self._schema = build_schema(system_model(), {}, ids)
        self._recent = _Recent()

    async def permissions_of(self, actor: Actor) -> frozenset[str]:
        """The platform permissions that the actor holds. One statement."""
        return (await self.permissions_of_many([actor]))[actor]

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        """The same as of just now, from the index when there is one; in a unit of work that writes, as of its writes.

        At most `MAX_ROLE_STALENESS_SECONDS` old. What this process wrote is part of it.
        """
        subject, follower = _subject_of(actor), active_follower()
        if subject is None or follower is None or not follower.is_recent or is_marked(WRITING):
            return await self.permissions_of(actor)
        assert follower.index is not None
        known = self._recent.of(follower.index)
        if subject not in known:
            known[subject] = self._permissions(find_roles(follower.index, *subject, queries.GUARDING_TYPES))
        return known[subject]

    async def permissions_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        """The platform permissions that each actor holds. One statement."""
        known = {actor: _subject_of(actor) for actor in actors}
        subjects = [subject for subject in dict.fromkeys(known.values()) if subject is not None]
        found = await queries.list_platform_relations(subjects) if subjects else []
        held = {subject: self._permissions(pairs) for subject, pairs in zip(subjects, found, strict=True)}
        return {actor: held[subject] if subject else _NONE for actor, subject in known.items()}

    async def reach_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        """All that relations to any entity give each actor, now or later: what who gives them has to hold.

        One statement.
        """
        known = {actor: _subject_of(actor) for actor in actors}
        subjects = [subject for subject in dict.fromkeys(known.values()) if subject is not None]
        found = await queries.list_possible_relations([(*each, "") for each in subjects]) if subjects else []
        reach = {subject: self._reach(pairs) for subject, pairs in zip(subjects, found, strict=True)}
        return {actor: reach[subject] if subject else _NONE for actor, subject in known.items()}

    def _reach(self, pairs: Iterable[tuple[int, str]]) -> frozenset[str]:
        types = self._schema.by_id
        return _NONE.union(*(given_to_others(self._schema, types[number].full_name, name) for number, name in pairs))

    def _permissions(self, pairs: Iterable[tuple[int, str]]) -> frozenset[str]:
        types = self._schema.by_id
        return _NONE.union(*(permissions_given(self._schema, types[number].full_name, name) for number, name in pairs))


class _Recent:
    """What subjects hold by one state of an index; forgotten with that state."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], frozenset[str]] = {}
        self._index: ref[Index] | None = None
        self._state: tuple[int, datetime | None] | None = None

    def of(self, index: Index) -> dict[tuple[int, str], frozenset[str]]:
        """What is known by the index as it is now, by subject (type, id); to be added to."""
        index.catch_up()
        # Between two revisions tuples begin and end only when they are due.
        state = index.revision, index.store.schedule.due
        is_same = self._index is not None and self._index() is index and self._state == state
        if not is_same or len(self._known) >= _MOST_KNOWN:
            self._known, self._index, self._state = {}, ref(index), state
        return self._known


def _subject_of(actor: Actor) -> tuple[int, str] | None:
    subject_type = SYSTEM_TYPE_IDS.get(actor.kind.value)
    return None if actor.id in {None, EVERY} or subject_type is None else (subject_type, str(actor.id))


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


async def has_other_super_admin(user_id: str) -> bool:
    """Whether the platform can do without this user: they are no super admin, or another one may sign in.

    Where it depends on others, who asks the same waits until our unit of work ends: two who go at once see each other.
    """
    is_one, _ = await queries.find_super_admins_beside(user_id)
    if not is_one:
        return True
    await queries.lock_first_start()
    _, are_others = await queries.find_super_admins_beside(user_id)
    return are_others
