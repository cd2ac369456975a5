"""Where arrows lead, for lists: what all programs of a schema have in common."""

from __future__ import annotations

from typing import TypeAlias

from app.authz.engine.index.generations import Generations
from app.authz.engine.index.programs import Program, TargetsOf
from app.authz.engine.index.tables import Table

# Sets that are kept of what arrows lead to, and their programs and tables together.
_MOST, _MOST_MEMBERS = 4_096, 200_000
# Tables to follow, each with the program there, None at the target.
Ways: TypeAlias = list[tuple[Table, Program | None]]


class Above:
    """What arrows lead to, over any number of steps: programs and the tables that are followed there."""

    __slots__ = ("programs", "tables")

    def __init__(self, programs: dict[Program, None], tables: set[Table]) -> None:
        self.programs = programs
        self.tables = tables


class Arrows:
    """The arrows of a schema, each found once, however many programs they are part of."""

    def __init__(self, targets: TargetsOf) -> None:
        self._targets = targets
        # For each program the links that lead to it, each with the programs that have it.
        self._down: dict[Program, list[tuple[Table, list[Program]]]] = {}
        self._users: dict[tuple[Table, str], list[Program]] = {}
        self._seen: set[Program] = set()
        self._known: Generations[frozenset[Program], Above] = Generations(_MOST, _MOST_MEMBERS, _count)

    def starts(self, program: Program) -> frozenset[Program]:
        """What the arrows of a program lead to in one step."""
        if program not in self._seen:
            self._seen.add(program)
            for table, relation in program.links:
                self._note(program, table, relation)
        return frozenset(each for link in program.links for each in self._targets(*link) if each is not None)

    def above(self, starts: frozenset[Program]) -> Above:
        """These programs and all that arrows lead to from them. Programs with the same arrows share it."""
        found = self._known.find(starts)
        if found is None:
            programs, tables = dict.fromkeys(starts), set[Table]()
            waiting = list(starts)
            while waiting:
                each = waiting.pop()
                tables.update(table for table, _ in each.links)
                new = self.starts(each).difference(programs)
                programs.update(dict.fromkeys(new))
                waiting += new
            found = Above(programs, tables)
            self._known.keep(starts, found)
        return found

    def down(self, program: Program, target: Program, above: Above) -> Ways:
        """The tables to follow from an entity of a program toward a target."""
        ways: Ways = []
        for table, users in self._down.get(program, ()):
            ways += [(table, None) for each in users if each is target]
            ways += [(table, each) for each in users if each in above.programs]
        return ways

    def _note(self, program: Program, table: Table, relation: str) -> None:
        users = self._users.get((table, relation))
        if users is not None:
            users.append(program)
            return
        users = self._users[table, relation] = [program]
        for each in self._targets(table, relation):
            if each is not None:
                self._down.setdefault(each, []).append((table, users))


def _count(above: Above) -> int:
    return len(above.programs) + len(above.tables)
