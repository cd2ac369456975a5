"""Entities, subjects and tuples as people type them, told apart by the types that the models in force define.

A type of a client is written with it: `cli_01k…:invoice:7`. Ids may hold colons, so the longest name of a type
that is known counts.
"""

from __future__ import annotations

from collections.abc import Collection, Container
from typing import Final

from app.authz.errors_text import TextInvalid, TypeUnfamiliar
from app.authz.language.problems import suggest
from app.authz.language.tuple_text import parse_entity, parse_subject, parse_tuple
from app.authz.queries.head import read_head
from app.authz.service.schemas import current_schema
from app.authz.types.tuples import EntityRef, SubjectRef, TupleKey

ENTITY_FORM: Final = "type:id, as in document:1"
SUBJECT_FORM: Final = "type:id or type:id#relation, as in user:anne or group:eng#member"
TUPLE_FORM: Final = "ENTITY#RELATION@SUBJECT, as in document:1#viewer@user:anne"
_MAX_NAMED: Final = 5


class Names:
    """Reads what people type, knowing the full names of types.

    Args:
        is_complete: whether there are no other types; otherwise one that is not known is taken as it is written.
    """

    def __init__(self, types: Collection[str], *, is_complete: bool = True) -> None:
        self._types = types
        self._is_complete = is_complete

    def entity(self, text: str) -> EntityRef:
        """`document:1`, `cli_01k…:invoice:7`; an id of `*` is every entity of the type.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        found = parse_entity(text)
        if found is None:
            raise TextInvalid(text, "entity", ENTITY_FORM)
        return EntityRef(*self._known(found.type, found.id))

    def subject(self, text: str) -> SubjectRef:
        """`user:anne`, `user:*`, `group:eng#member`.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        found = parse_subject(text)
        if found is None:
            raise TextInvalid(text, "subject", SUBJECT_FORM)
        return SubjectRef(*self._known(found.type, found.id), found.relation)

    def key(self, text: str) -> TupleKey:
        """`document:1#viewer@user:anne`.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        try:
            found = parse_tuple(text)
        except ValueError:
            raise TextInvalid(text, "tuple", TUPLE_FORM) from None
        entity = self._known(found.entity_type, found.entity_id)
        subject = self._known(found.subject_type, found.subject_id)
        return TupleKey(*entity, found.relation, *subject, found.subject_relation)

    def type(self, text: str) -> str:
        """The full name of a type.

        Raises:
            TypeUnfamiliar.
        """
        self._check(text)
        return text

    def is_type(self, text: str) -> bool:
        """Whether a model defines a type of this full name."""
        return text in self._types

    def _known(self, first: str, rest: str) -> tuple[str, str]:
        name, own_id = split_name(self._types, f"{first}:{rest}")
        is_scope = name not in self._types and any(each.startswith(f"{name}:") for each in self._types)
        self._check(f"{name}:{own_id.partition(':')[0]}" if is_scope else name)
        return name, own_id

    def _check(self, name: str) -> None:
        if self._is_complete and name not in self._types:
            raise self._unfamiliar(name)

    def _unfamiliar(self, name: str) -> TypeUnfamiliar:
        of_clients = sorted(each for each in self._types if each.rpartition(":")[2] == name)
        if of_clients:
            named = ", ".join(of_clients[:_MAX_NAMED])
            return TypeUnfamiliar(name, f" A type of a client is written with the client's id: {named}.")
        hint = suggest(name, self._types)
        return TypeUnfamiliar(name, f" {hint}" if hint else "")


def split_name(types: Container[str], text: str) -> tuple[str, str]:
    """The type and the id in `type:id`: the longest name that is among the types, else all before the first colon."""
    first, _, rest = text.partition(":")
    second, colon, last = rest.partition(":")
    if colon and f"{first}:{second}" in types:
        return f"{first}:{second}", last
    return first, rest


async def current_names() -> Names:
    """Names under the models in force."""
    head = await read_head()
    return Names((await current_schema(head.model_revision)).types)
