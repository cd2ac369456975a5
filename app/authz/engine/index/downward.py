"""The way down from an entity, level by level, to everybody who has a relation to it by tuples alone.

Usersets, and entities that arrows lead to, are visited one by one. Whoever else a tuple names is taken set by set.
Where `and`, `but not`, a condition or a policy is met, sets do not say who it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple

from pyroaring import BitMap

from app.authz.engine.index.containers import NodeSet, each_of
from app.authz.engine.index.members import Members, Part, Step, depth_of
from app.authz.engine.index.numbers import MASK, SHIFT, Numbers
from app.authz.engine.index.programs import Program, ProgramOf
from app.authz.engine.index.tables import Table
from app.authz.engine.index.views import View
from app.authz.engine.subjects import MAX_FOUND
from app.authz.engine.turns import Turns
from app.authz.errors import WorkExceeded

# Members that are looked at before others have their turn, about a millisecond.
_AT_ONCE: Final = 20_000


class Moved(Exception):
    """Something changed that is looked at; what was found so far is of no state."""


class Unsure(Exception):
    """Not everybody who is found has the relation."""


class Pace:
    """Turns for others, as long as they change nothing that is looked at."""

    __slots__ = ("_turns", "_view")

    def __init__(self, turns: Turns, view: View) -> None:
        self._turns = turns
        self._view = view

    async def breathe(self) -> None:
        """Let others have their turn when the slice is used up.

        Raises:
            Moved: they changed something.
        """
        if self._turns.is_over:
            await self._turns.breathe()
            if not self._view.is_current:
                raise Moved


class _Part(NamedTuple):
    """What usersets of one kind are made of: what to look up, the offsets of the relations that are part of it."""

    program: Program | None
    offsets: tuple[int, ...]


class _Sink:
    """Where the subjects go that a table names beside usersets: few are put by until they are many."""

    __slots__ = ("_few", "_found", "has_usersets")

    def __init__(self, found: BitMap, *, has_usersets: bool) -> None:
        self._found = found
        self._few: list[int] = []
        self.has_usersets = has_usersets

    def put(self, subjects: Sequence[int]) -> None:
        """Take subjects."""
        self._few += subjects
        if len(self._few) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Have all of them found."""
        self._found.update(self._few)
        self._few.clear()


class _Search:
    """The way down from one node, level by level: whatever is met first has no shorter way."""

    def __init__(self, numbers: Numbers, program_of: ProgramOf, pace: Pace) -> None:
        self._numbers = numbers
        self._program_of = program_of
        self._pace = pace
        self._found = Members()
        self._root = -1
        self._waiting: deque[tuple[int, Program, Step | None]] = deque()
        self._linked: set[tuple[Table, int, int]] = set()
        self._parts: dict[Part, _Part] = {}
        self._sinks: dict[Table, _Sink] = {}
        self._usersets: dict[Part, list[int]] = {}
        self._mixed = BitMap()
        self._left = MAX_FOUND

    async def run(self, number: int, relation: str) -> Members:
        """Everybody below the relation of an entity."""
        self._root = number | self._numbers.offset(relation)
        self._enter(self._root, None)
        while self._waiting:
            await self._take(*self._waiting.popleft())
            await self._pace.breathe()
        for sink in self._sinks.values():
            sink.flush()
            await self._pace.breathe()
        await self._sort_out()
        for part, named in self._usersets.items():
            self._found.by_part[part] = BitMap(named)
        return self._found

    def _enter(self, node: int, step: Step | None) -> None:
        """Visit a userset, and those that are part of it."""
        came = self._found.came
        if node in came:
            return
        self._left -= 1
        if self._left < 0:
            raise WorkExceeded
        number, type_id = node & MASK, self._numbers.types[node & MASK]
        part = (type_id, node - number)
        known = self._parts.get(part) or self._learn(part)
        self._reach(node, part, step)
        if known.program is None:
            return
        if known.program.all_of or known.program.but_not:
            raise Unsure
        for offset in known.offsets:
            if number | offset not in came:
                self._reach(number | offset, (type_id, offset), step)
        self._waiting.append((number, known.program, step))

    def _learn(self, part: Part) -> _Part:
        program = self._program_of(part[0], self._numbers.names[part[1] >> SHIFT])
        offsets = tuple(map(self._numbers.offset, sorted(program.relations))) if program else ()
        found = self._parts[part] = _Part(program, offsets)
        return found

    def _reach(self, node: int, part: Part, step: Step | None) -> None:
        self._found.came[node] = step
        # The root is one of its subjects only if a tuple says so.
        if node != self._root or step is not None:
            self._usersets.setdefault(part, []).append(node & MASK)

    async def _take(self, number: int, program: Program, before: Step | None) -> None:
        star = program.kind.star
        for place in (number, star) if program.kind.stars and number != star else (number,):
            for table in program.tables:
                if place in table.conditioned:
                    raise Unsure
                members = table.grants.get(place)
                if members is not None and place not in (known := self._found.stands.setdefault(table, {})):
                    known[place] = before
                    await self._name(table, place, members, before)
            for table, relation in program.links:
                if place in table.conditioned:
                    raise Unsure
                link = (table, place, self._numbers.offset(relation))
                if place in table.grants and link not in self._linked:
                    self._linked.add(link)
                    await self._follow(link, before)

    async def _name(self, table: Table, entity: int, members: NodeSet, before: Step | None) -> None:
        """Take whom the tuples of an entity name, then visit the usersets among them."""
        sink = self._sinks.get(table) or self._sink(table)
        usersets: list[int] = []
        for some in _in_slices(members):
            subjects = [each for each in some if each <= MASK] if sink.has_usersets else some
            sink.put(subjects)
            if len(subjects) < len(some):
                usersets += [each for each in some if each > MASK]
            await self._pace.breathe()
        for node in sorted(usersets):
            self._enter_named(node, Step(table, entity, node, before, depth_of(before) + 1))
            await self._pace.breathe()

    def _sink(self, table: Table) -> _Sink:
        types = {type_id for type_id, offset, _ in table.allowed if not offset}
        found = self._found.by_part.setdefault((types.pop(), 0), BitMap()) if len(types) == 1 else self._mixed
        sink = self._sinks[table] = _Sink(found, has_usersets=any(offset for _, offset, _ in table.allowed))
        return sink

    def _enter_named(self, node: int, step: Step) -> None:
        if node == self._root and self._found.came[node] is None:
            self._reach(node, self._numbers.part_of(node), step)
        else:
            self._enter(node, step)

    async def _follow(self, link: tuple[Table, int, int], before: Step | None) -> None:
        """Visit where an arrow leads to."""
        table, entity, offset = link
        depth = depth_of(before) + 1
        for each in sorted(each_of(table.grants.get(entity))):
            if each <= MASK and not self._numbers.is_star(each):
                self._enter(each | offset, Step(table, entity, each, before, depth))
                await self._pace.breathe()

    async def _sort_out(self) -> None:
        """Tell apart the subjects of tables that name those of several types."""
        numbers, types = iter(self._mixed), self._numbers.types
        while some := list(islice(numbers, _AT_ONCE)):
            found: dict[int, list[int]] = {}
            for type_id, group in groupby(some, types.__getitem__):
                found.setdefault(type_id, []).extend(group)
            for type_id, subjects in found.items():
                self._found.by_part.setdefault((type_id, 0), BitMap()).update(subjects)
            await self._pace.breathe()


async def find_members(numbers: Numbers, program_of: ProgramOf, pace: Pace, *, number: int, relation: str) -> Members:
    """Everybody below a relation of an entity.

    Raises:
        Moved: the tuples changed meanwhile.
        Unsure: sets alone do not say who has it.
        WorkExceeded: too many usersets.
    """
    return await _Search(numbers, program_of, pace).run(number, relation)


def _in_slices(members: NodeSet) -> Iterator[tuple[int, ...]]:
    """The members of a set, which may change meanwhile."""
    every = tuple(each_of(members))
    if len(every) <= _AT_ONCE:
        return iter((every,))
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
