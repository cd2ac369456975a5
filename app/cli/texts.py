"""Entities, subjects and tuples as people type them."""

from __future__ import annotations

from collections.abc import Sequence

from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.service.naming import Names
from auther_client import Forbidden, Operations, Unauthenticated
from auther_client.generated.inputs import EntityInput, SubjectInput, TupleFilter, TupleInput, TupleKeyInput


class Texts:
    """Reads entities, subjects and tuples as people type them."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def entity(self, text: str) -> EntityInput:
        """`document:1`.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        found = self._names.entity(text)
        return EntityInput(type=found.type, id=found.id)

    def subject(self, text: str) -> SubjectInput:
        """`user:anne`, `group:eng#member`.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        found = self._names.subject(text)
        return SubjectInput(type=found.type, id=found.id, relation=found.relation or None)

    def key(self, text: str) -> TupleKeyInput:
        """`document:1#viewer@user:anne`.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        found = self._names.key(text)
        subject = SubjectInput(type=found.subject_type, id=found.subject_id, relation=found.subject_relation or None)
        return TupleKeyInput(
            entity=EntityInput(type=found.entity_type, id=found.entity_id), relation=found.relation, subject=subject
        )

    def tuples(self, texts: Sequence[str]) -> list[TupleInput]:
        """Tuples without conditions.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        keys = [self.key(text) for text in texts]
        return [TupleInput(entity=key.entity, relation=key.relation, subject=key.subject) for key in keys]

    def type(self, text: str) -> str:
        """The full name of a type.

        Raises:
            TypeUnfamiliar.
        """
        return self._names.type(text)

    def filter(self, entity: str | None, relation: str | None, subject: str | None) -> TupleFilter:
        """The tuples that `--entity`, `--relation` and `--subject` mean; of entity and subject a type alone will do.

        Raises:
            TextInvalid, TypeUnfamiliar.
        """
        given: dict[str, str | None] = {"relation": relation}
        given["entity_type"], given["entity_id"] = self._split(entity)
        if subject is not None and ":" in subject and not self._names.is_type(subject):
            found = self._names.subject(subject)
            given |= {
                "subject_type": found.type,
                "subject_id": found.id,
                "subject_relation": found.relation,
            }
        else:
            given["subject_type"], given["subject_id"] = self._split(subject)
        return TupleFilter.model_validate({name: value for name, value in given.items() if value is not None})

    def _split(self, text: str | None) -> tuple[str | None, str | None]:
        if text is None:
            return None, None
        if self._names.is_type(text) or ":" not in text:
            return self._names.type(text), None
        found = self._names.entity(text)
        return found.type, found.id


async def read_texts(api: Operations, *texts: str | None) -> Texts:
    """What reads these texts, knowing the types that the server's models define.

    Who may not see all models gets those of the clients that the texts name, and nothing is refused for being unknown.
    """
    try:
        found = await api.type_names()
    except (Forbidden, Unauthenticated):
        return Texts(Names(await _types_named_in(api, texts), is_complete=False))
    known = {each.name for each in found.system_model.types}
    known |= {each.name for each in found.model.types} if found.model else set()
    for client in found.clients.nodes:
        known |= {f"{client.id}:{each.name}" for each in client.model.types} if client.model else set()
    is_complete = not found.clients.page_info.has_next_page
    if not is_complete:
        known |= await _types_named_in(api, texts)
    return Texts(Names(known, is_complete=is_complete))


async def _types_named_in(api: Operations, texts: Sequence[str | None]) -> set[str]:
    """The types of the clients that may be meant: of `a:b:c` that is `a`."""
    parts = [part for text in texts if text for side in text.split("@") for part in side.split("#")]
    scopes = {part.partition(":")[0] for part in parts if ":" in part} - SYSTEM_TYPE_IDS.keys()
    known = set(SYSTEM_TYPE_IDS)
    for scope in sorted(scopes):
        try:
            model = await api.model(scope=scope)
        except (Forbidden, Unauthenticated):
            continue
        if model is not None:
            known |= {f"{scope}:{each.name}" for each in model.types}
    return known
