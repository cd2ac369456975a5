"""Users, clients and keys that tuples name and that do not exist.

On the types of Auther itself a tuple may not name them: a right on the platform would wait for whoever gets the id. On
types of applications it may, unless the writer wants otherwise: these write tuples for people who come later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.errors import EntityUnknown, SubjectUnknown
from app.authz.queries import known
from app.authz.types.tuples import EVERY, TupleKey
from app.kit.errors import AppError

# Types of subjects, and how a message calls one.
_KINDS: Final = {"user": "user", "client": "client", "apikey": "API key"}
# Types of Auther whose entities are subjects themselves, and the type of these.
SUBJECTS_OF: Final = {"users": "user", "clients": "client", "api_keys": "apikey"}

Path = tuple[str, ...]
# A tuple and the path of its input.
Place = tuple[TupleKey, Path]
# What is wrong if who is named (type, id) does not exist.
_Named = tuple[type[EntityUnknown | SubjectUnknown], TupleKey, Path, tuple[str, str]]


def find_subjects_in(subject_type: str, table: str) -> None:
    """Rooms on higher floors say in which table subjects of a type are, by its column `id`."""
    known.add_table(subject_type, table)


async def find_strangers(keys: Sequence[Place], *, on_all_types: bool) -> list[AppError]:
    """Tuples that name who does not exist. One statement at most.

    Call it behind the head's lock: whoever deletes somebody ends their tuples behind it, too, so either the deletion is
    seen here, or the tuple there.

    Args:
        keys: the tuples to be written, each with the path of its input.
        on_all_types: ask also for subjects on types of applications.
    """
    return await _find([*_entities(keys), *_subjects(keys, on_all_types=on_all_types)])


async def find_absent_entities(keys: Sequence[Place]) -> list[AppError]:
    """Tuples about users, clients and keys that do not exist, whoever their subject is. One statement at most."""
    return await _find([*_entities(keys)])


async def _find(named: Sequence[_Named]) -> list[AppError]:
    absent = await known.find_absent({who for *_, who in named})
    return [
        problem(str(key), _KINDS[who[0]], who[1], *path) for problem, key, path, who in named if who in absent
    ]  # fmt: skip


def _entities(keys: Sequence[Place]) -> Iterator[_Named]:
    for key, path in keys:
        kind = SUBJECTS_OF.get(key.entity_type)
        if kind is not None and key.entity_id != EVERY:
            yield EntityUnknown, key, (*path, "entity"), (kind, key.entity_id)


def _subjects(keys: Sequence[Place], *, on_all_types: bool) -> Iterator[_Named]:
    for key, path in keys:
        is_asked = on_all_types or key.entity_type in SYSTEM_TYPE_IDS
        is_single = not key.subject_relation and key.subject_id != EVERY
        if is_asked and is_single and key.subject_type in _KINDS:
            yield SubjectUnknown, key, (*path, "subject"), (key.subject_type, key.subject_id)
