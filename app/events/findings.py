"""What is wrong with rows of the trail, whether they come from the table or from an exported file."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from app.events import chain
from app.events.types import ChainProblem, Checkpoint

MAX_PROBLEMS = 100
# What a row's signature covers, in this order; the personal fields only through their commitments.
FACTS: Final = (
    "id", "action", "outcome", "occurred_at", "actor_kind", "actor_id", "impersonator_id", "session_id", "client_id",
    "target_type", "target_id", "about_user_id", "request_id", "origin_commitment", "content_commitment",
)  # fmt: skip
GROUPS: Final = {"origin": ("ip", "user_agent"), "content": ("reason", "before", "after")}

Row = Mapping[str, object]


@dataclass(slots=True)
class Findings:
    """Problems so far, bounded in number.

    Attributes:
        recorded: whose scrubbing the trail records; None when nobody knows.
        has_secret: whether signatures can be checked; commitments need no secret.
        unrecorded: problems of erased rows, and whose scrubbing would explain them.
    """

    recorded: Set[str] | None
    has_secret: bool = True
    problems: list[ChainProblem] = field(default_factory=list)
    unrecorded: list[tuple[ChainProblem, Set[object]]] = field(default_factory=list)

    def add(self, code: str, position: int | None = None, *, until: int | None = None, row: Row | None = None) -> None:
        """Note a problem: of a row, or at a position."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(_problem(code, row) if row else ChainProblem(code, position, until=until))

    def check_row(self, row: Row) -> None:
        """A row by itself: its signature, then each group of personal fields against its commitment."""
        is_changed = self.has_secret and not chain.is_row_signed([row[name] for name in FACTS], _bytes(row["mac"]))
        for group, fields in GROUPS.items():
            is_changed = self._is_group_changed(row, group, [row[name] for name in fields]) or is_changed
        if is_changed:
            self.add("row_changed", row=row)

    def check_place(self, before: Checkpoint, here: Checkpoint, row: Row) -> None:
        """A row's place behind the one before it."""
        if here.position > before.position + 1:
            self.add("rows_missing", before.position + 1, until=here.position - 1)
        elif here.position <= before.position or not self._is_linked(before, here, row):
            self.add("row_out_of_place", row=row)

    def _is_linked(self, before: Checkpoint, here: Checkpoint, row: Row) -> bool:
        return not self.has_secret or chain.is_linked(before, _bytes(row["mac"]), here)

    def settle_unrecorded(self, recorded: Set[str]) -> None:
        """Count as problems what is erased without a record, now that all records are known."""
        found = [problem for problem, people in self.unrecorded if not people & recorded]
        self.problems = sorted([*self.problems, *found], key=_order)[:MAX_PROBLEMS]
        self.unrecorded.clear()

    def _is_group_changed(self, row: Row, group: str, values: list[object]) -> bool:
        salt = row[f"{group}_salt"]
        if salt is not None:
            return chain.commit_to(_bytes(salt), values) != _bytes(row[f"{group}_commitment"])
        people = {row["actor_id"], row["impersonator_id"], row["about_user_id"]} - {None}
        if any(value is not None for value in values):
            self.add("scrubbed_row_refilled", row=row)
        elif self.recorded is not None and not people & self.recorded and len(self.unrecorded) < MAX_PROBLEMS:
            self.unrecorded.append((_problem("scrubbed_without_record", row), people))
        return False


def place_of(row: Row) -> Checkpoint:
    """Where a chained row stands."""
    position = row["position"]
    assert isinstance(position, int)
    return Checkpoint(position, _bytes(row["link"]))


def _problem(code: str, row: Row) -> ChainProblem:
    position = row["position"]
    return ChainProblem(code, position if isinstance(position, int) else None, str(row["id"]))


def _order(problem: ChainProblem) -> tuple[bool, int]:
    return problem.position is None, problem.position or 0


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes | bytearray | memoryview)
    return bytes(value)
