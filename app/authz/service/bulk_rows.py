"""Lines of an import as rows, judged by the rules of every write.

INVARIANT: a line passes the rules of `app.authz.rules` itself, or differs only in plain ids from one that did.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.errors import TupleInvalid
from app.authz.language.tuple_lines import Line, LineInvalid, read_line
from app.authz.queries.bulk import Row
from app.authz.queries.rows import KeyRow, to_row
from app.authz.rules import MAX_ID, check_shape, check_times, find_model_problem
from app.authz.service.naming import split_name
from app.authz.types.transfer import BadLine
from app.authz.types.tuples import EVERY, POLICY_PREFIX, RelationTuple, TupleKey
from app.kit.errors import AppError

# Printable ASCII but the space and `#`: nothing that the rule on ids refuses.
_is_plain = re.compile(rf'[!"$-~]{{1,{MAX_ID}}}').fullmatch
_NO_LIMITS: Final = (None, None, None, None)

# Types and relations in a tuple, and whether it speaks of everyone.
_Shape = tuple[str, str, str, str, bool]


@dataclass(slots=True)
class Batch:
    """Rows to be written, each with the number of its line, and lines that cannot be."""

    read: int = 0
    rows: dict[KeyRow, tuple[Row, int]] = field(default_factory=dict)
    bad: list[BadLine] = field(default_factory=list)


class RowMaker:
    """Makes rows of lines under one schema; what is alike is judged once."""

    def __init__(self, schema: Schema, now: datetime) -> None:
        self.schema = schema
        self._now = now
        self._ids = {name: each.id for name, each in schema.types.items()}
        self._scopes = frozenset(each.scope for each in schema.types.values())
        self._judged: dict[_Shape, tuple[int, int]] = {}
        self._hierarchies = frozenset(
            (each.id, relation.name)
            for each in schema.types.values()
            for relation in each.relations.values()
            if relation.is_hierarchy
        )

    def make(self, lines: Sequence[bytes | None], first: int) -> Batch:
        """The rows of a batch whose lines count from `first`; of a tuple that is named twice the later line counts."""
        batch = Batch()
        rows = batch.rows
        for number, line in enumerate(lines, start=first):
            if line is not None and not line.strip():
                continue
            batch.read += 1
            try:
                row = self._row(read_line(line))
            except LineInvalid as error:
                batch.bad.append(BadLine(number, str(error)))
            except AppError as error:
                batch.bad.append(BadLine(number, error.message))
            else:
                rows[row[:6]] = (row, number)
        return batch

    def named(self, row: Row, number: int) -> tuple[TupleKey, tuple[str]]:
        """The key of a row and its line as the path of its input."""
        types = self.schema.by_id
        key = TupleKey(types[row[0]].full_name, row[1], row[2], types[row[3]].full_name, row[4], row[5])
        return key, (str(number),)

    def all_named(self, batch: Batch) -> list[tuple[TupleKey, tuple[str]]]:
        """All tuples of a batch."""
        return [self.named(row, number) for row, number in batch.rows.values()]

    def policies(self, batch: Batch) -> list[tuple[TupleKey, str, tuple[str]]]:
        """The tuples of a batch that name a policy, and which."""
        return [
            (key, row[6].removeprefix(POLICY_PREFIX), path)
            for row, number in batch.rows.values()
            if row[6] is not None and row[6].startswith(POLICY_PREFIX)
            for key, path in [self.named(row, number)]
        ]

    def edges(self, batch: Batch) -> list[tuple[TupleKey, tuple[str]]]:
        """The tuples of hierarchies in a batch."""
        kinds = self._hierarchies
        return [self.named(row, number) for row, number in batch.rows.values() if (row[0], row[2]) in kinds]

    def _row(self, line: Line) -> Row:
        entity, relation, subject, condition, starts_at, expires_at = line
        entity_type, _, entity_id = entity.partition(":")
        if entity_type in self._scopes:
            entity_type, entity_id = split_name(self._ids, entity)
        subject_type, _, subject_id = subject.partition(":")
        if subject_type in self._scopes:
            subject_type, subject_id = split_name(self._ids, subject)
        subject_id, userset, subject_relation = subject_id.partition("#")
        if condition is None and starts_at is None and expires_at is None:
            ids = self._judged.get((entity_type, relation, subject_type, subject_relation, subject_id == EVERY))
            if (
                ids is not None
                and _is_plain(entity_id)
                and _is_plain(subject_id)
                and len(userset) == bool(subject_relation)
            ):
                return (ids[0], entity_id, relation, ids[1], subject_id, subject_relation, *_NO_LIMITS)
        if userset and not subject_relation:
            raise TupleInvalid("The subject's relation is missing.")
        key = TupleKey(entity_type, entity_id, relation, subject_type, subject_id, subject_relation)
        return self._judge(RelationTuple(key, condition, starts_at, expires_at))

    def _judge(self, each: RelationTuple) -> Row:
        key = each.key
        for problem in check_shape(key, ()):
            raise problem
        for problem in check_times(each, self._now, ()):
            raise problem
        if (refusal := find_model_problem(self.schema, each, ())) is not None:
            raise refusal
        if each.condition is None:
            shape = (key.entity_type, key.relation, key.subject_type, key.subject_relation, key.subject_id == EVERY)
            self._judged[shape] = (self._ids[key.entity_type], self._ids[key.subject_type])
        return to_row(each, self._ids)
