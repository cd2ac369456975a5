"""Walks over rewrites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.authz.types.model import (
    Arrow,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Relation,
    Rewrite,
    Union,
)


def walk(rewrite: Rewrite) -> Iterator[Rewrite]:
    """A rewrite and all of its parts, outermost first."""
    yield rewrite
    parts: tuple[Rewrite, ...] = ()
    if isinstance(rewrite, Union | Intersection):
        parts = rewrite.parts
    elif isinstance(rewrite, Exclusion):
        parts = (rewrite.base, rewrite.subtracted)
    for part in parts:
        yield from walk(part)


def direct_types(relation: Relation) -> tuple[DirectType, ...]:
    """Whoever a tuple of the relation may name."""
    return tuple(kind for part in walk(relation.rewrite) if isinstance(part, Direct) for kind in part.types)


def without_places(rewrite: Rewrite) -> Rewrite:
    """The same rewrite without positions: it comes from a text that is not the model's."""
    match rewrite:
        case Union(parts):
            return Union(tuple(map(without_places, parts)))
        case Intersection(parts):
            return Intersection(tuple(map(without_places, parts)))
        case Exclusion(base, subtracted):
            return Exclusion(without_places(base), without_places(subtracted))
        case Direct(types):
            return Direct(tuple(replace(each, at=None) for each in types))
        case Arrow():
            return replace(rewrite, at=None, tupleset_at=None)
        case _:
            return replace(rewrite, at=None)
