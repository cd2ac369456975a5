"""Tuples, entities and subjects as they are written: `document:1#owner@group:eng#member`."""

from __future__ import annotations

import re

from app.authz.types.tuples import EntityRef, SubjectRef, TupleKey

_ENTITY = re.compile(r"(?P<type>[^\s:#@]+):(?P<id>[^\s#]+)")
_SUBJECT = re.compile(rf"{_ENTITY.pattern}(?:#(?P<relation>[^\s:#@]+))?")
_TUPLE = re.compile(r"(?P<entity>[^\s:#@]+:[^\s#]+)#(?P<relation>[^\s:#@]+)@(?P<subject>\S+)")


def parse_entity(text: str) -> EntityRef | None:
    """`document:1`; an id may hold anything but spaces and `#`. None when the text is no entity."""
    found = _ENTITY.fullmatch(text)
    return EntityRef(found["type"], found["id"]) if found else None


def parse_subject(text: str) -> SubjectRef | None:
    """`user:anne`, `user:*`, `group:eng#member`. None when the text is no subject."""
    found = _SUBJECT.fullmatch(text)
    return SubjectRef(found["type"], found["id"], found["relation"] or "") if found else None


def parse_tuple(text: str) -> TupleKey:
    """`ENTITY#RELATION@SUBJECT`.

    Raises:
        ValueError: the text is no tuple.
    """
    found = _TUPLE.fullmatch(text)
    entity, subject = (parse_entity(found["entity"]), parse_subject(found["subject"])) if found else (None, None)
    if not found or not entity or not subject:
        raise ValueError(f"{text!r} is no tuple")
    return TupleKey(entity.type, entity.id, found["relation"], subject.type, subject.id, subject.relation)
