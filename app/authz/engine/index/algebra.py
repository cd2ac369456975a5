"""Which entities a subject has a relation to, by sets alone: also through `and`, `but not` and arrows to these.

Bitmaps of parts are joined, met and subtracted. Where a tuple speaks of every entity, parts are looked at only as far
as entities go that some tuple leads to: these are what a list names, beside `*` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from app.authz.engine.index.crowds import Closure
from app.authz.engine.index.fans import Fans, Listings
from app.authz.engine.index.programs import Program


class _StarInside(Exception):
    """A gate that an arrow leads to holds for every entity: which ones are excepted, no set says."""


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """How the entities of a program are found.

    Attributes:
        fans: what its tables and arrows give.
        above: of programs with gates that arrows lead to.
        all_of, but_not: its own gates.
    """

    program: Program
    fans: Fans
    above: tuple[Program, ...]
    all_of: tuple[tuple[Objects, ...], ...]
    but_not: tuple[tuple[Objects, Objects], ...]

    @property
    def is_simple(self) -> bool:
        """Whether it has no gates, and none above."""
        return not (self.all_of or self.but_not or self.above)

    def parts(self) -> Iterator[Objects]:
        """The parts of its gates."""
        yield from (each for parts in (*self.all_of, *self.but_not) for each in parts)

    def leaves(self, *, is_candidate: bool = True) -> Iterator[tuple[Objects, bool]]:
        """Itself and all parts, each with whether what it gives may be in a list: what is subtracted may not."""
        yield self, is_candidate
        for parts in self.all_of:
            for each in parts:
                yield from each.leaves(is_candidate=is_candidate)
        for base, subtracted in self.but_not:
            yield from base.leaves(is_candidate=is_candidate)
            yield from subtracted.leaves(is_candidate=False)


class Algebra:
    """The objects of programs; each is made once."""

    def __init__(self, listings: Listings) -> None:
        self._listings = listings
        self._fans: dict[Program, Fans] = {}
        self._made: dict[Program, Objects | None] = {}

    def fans(self, program: Program) -> Fans:
        """What the tables and arrows of a program give."""
        found = self._fans.get(program)
        if found is None:
            found = self._fans[program] = self._listings.add(program)
        return found

    def of(self, program: Program) -> Objects | None:
        """How the entities of a program are found; None if conditions have a say, or it comes round to itself."""
        if program not in self._made:
            # Whoever comes round to this program meets None.
            self._made[program] = None
            self._made[program] = self._make(program)
        return self._made[program]

    def _make(self, program: Program) -> Objects | None:
        fans = self.fans(program)
        if not program.is_sure or not all(each.is_sure for each in fans.above):
            return None
        above = [each for each in fans.above if each.all_of or each.but_not]
        all_of = [[self.of(part) for part in parts] for parts in program.all_of]
        but_not = [[self.of(part) for part in pair] for pair in program.but_not]
        found = [self.of(each) for each in above if each is not program]
        if any(part is None for parts in (found, *all_of, *but_not) for part in parts):
            return None
        return Objects(program, fans, tuple(above), tuple(map(tuple, all_of)), tuple(map(tuple, but_not)))  # type: ignore[arg-type]

    def find(self, program: Program, nodes: Closure) -> tuple[BitMap, bool] | None:
        """The entities that somebody has, and whether tuples may speak of all of them; None if sets do not say.

        `*` is one of the entities if the subject has the relation to `*` itself. What single ones are excepted is for
        the caller to judge.
        """
        objects = self.of(program)
        if objects is None:
            return None
        if objects.is_simple:
            found = objects.fans.entities(nodes)
            return found, program.kind.star in found
        try:
            return _Finding(self, nodes).find(objects)
        except _StarInside:
            return None


class _Finding:
    """What one subject has; parts that come more than once are found once."""

    __slots__ = ("_algebra", "_nodes", "_own")

    def __init__(self, algebra: Algebra, nodes: Closure) -> None:
        self._algebra = algebra
        self._nodes = nodes
        self._own: dict[Objects, BitMap] = {}

    def find(self, objects: Objects) -> tuple[BitMap, bool]:
        leaves, kind = list(objects.leaves()), objects.program.kind
        has_star = self._find_all(leaves)
        if any(each.above for each, _ in leaves) and (has_star or _arrows_name_every(leaves)):
            # Candidates that only checks find: those that an arrow leads to in vain.
            raise _StarInside
        if not has_star:
            return self._value(objects, None), False
        candidates = BitMap.union(*(self._own[each] for each, is_candidate in leaves if is_candidate))
        return self._value(objects, candidates) & candidates, kind.star in candidates

    def _find_all(self, leaves: Iterable[tuple[Objects, bool]]) -> bool:
        """Find what leaves give; whether one has `*`."""
        has_star = False
        for each, _ in leaves:
            has_star |= each.program.kind.star in self._find_own(each)
        return has_star

    def _find_own(self, objects: Objects) -> BitMap:
        """What tables and arrows give, without the gates of the program itself."""
        found = self._own.get(objects)
        if found is None:
            gated = {program: self._find_gated(program) for program in objects.above}
            found = self._own[objects] = objects.fans.entities(self._nodes, gated)
        return found

    def _find_gated(self, program: Program) -> BitMap:
        """What the gates of a program that arrows lead to give."""
        objects = self._algebra.of(program)
        assert objects is not None
        for each in objects.parts():
            if self._find_all(each.leaves()):
                raise _StarInside
        return self._add_gates(objects, BitMap(), None)

    def _value(self, objects: Objects, candidates: BitMap | None) -> BitMap:
        own = self._own[objects]
        if candidates is not None and objects.program.kind.star in own:
            return candidates
        return self._add_gates(objects, own, candidates) if objects.all_of or objects.but_not else own

    def _add_gates(self, objects: Objects, own: BitMap, candidates: BitMap | None) -> BitMap:
        found = [own] if own else []
        found += [BitMap.intersection(*[self._value(each, candidates) for each in parts]) for parts in objects.all_of]
        found += [
            self._value(base, candidates) - self._value(subtracted, candidates) for base, subtracted in objects.but_not
        ]
        return found[0] if len(found) == 1 else BitMap.union(*found)


def _arrows_name_every(leaves: Iterable[tuple[Objects, bool]]) -> bool:
    """Whether a tuple says where an arrow leads to from every entity."""
    return any(each.program.kind.star in table.grants for each, _ in leaves for table, _ in each.program.links)
