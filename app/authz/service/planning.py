"""What a write comes to: rows that end, rows that begin, and what there is to tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.authz.queries.rows import name_of
from app.authz.queries.tuples import Standing
from app.authz.service.announcing import Changes
from app.authz.types.tuples import ConditionRef, RelationTuple, TupleKey
from app.kit import db

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes of rows.

    Attributes:
        ended: ids of rows.
        added: rows in the order of `rows.COLUMNS`.
        changes: the tuples.
        begun, altered, gone: keys that do not stand yet, that get other limits, and that end; each with the path
            of its input.
    """

    ended: list[int] = field(default_factory=list)
    added: list[Sequence[object]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    begun: list[tuple[TupleKey, Path]] = field(default_factory=list)
    altered: list[tuple[TupleKey, Path]] = field(default_factory=list)
    gone: list[tuple[TupleKey, Path]] = field(default_factory=list)

    @property
    def touched(self) -> list[tuple[TupleKey, Path]]:
        """All keys to which something happens."""
        return self.begun + self.altered + self.gone

    def add(
        self, each: RelationTuple, path: Path, *, row: Standing | None, wanted: Sequence[object], now: datetime
    ) -> None:
        """Let a tuple stand.

        Args:
            row: what stands under its key.
            wanted: the tuple as a row.
        """
        is_live = row is not None and not row.is_over(now)
        if row is not None:
            if is_live and row.limits == wanted[len(row.key) :]:
                return
            self.ended.append(row.id)
        self.added.append(wanted)
        if row is not None and is_live:
            self.changes.changed.append((to_tuple(row, each.key), each))
            self.altered.append((each.key, path))
            return
        self.changes.created.append(each)
        self.begun.append((each.key, path))

    def end(self, row: Standing, path: Path, names: Mapping[int, str]) -> None:
        """Let a row end."""
        key = row.key
        named = TupleKey(name_of(names, key[0]), key[1], key[2], name_of(names, key[3]), key[4], key[5])
        self.ended.append(row.id)
        self.changes.deleted.append(to_tuple(row, named))
        self.gone.append((named, path))


def to_tuple(row: Standing, key: TupleKey) -> RelationTuple:
    """The tuple of a row whose key is known by name."""
    name, context, starts_at, expires_at = row.limits
    condition = ConditionRef(name, db.load_json(context) or {}) if name is not None else None
    return RelationTuple(key, condition, starts_at, expires_at)
