"""Small random models and tuples that Auther, OpenFGA and SpiceDB all have words for.

Users, groups within groups, folders within folders, documents; unions, `and`, `but not`, arrows, usersets and
everyone. No conditions, no entity of `*`, no circles in the data (SpiceDB ends in an error there), no more depth than
OpenFGA follows.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from tests.bench.authz.shapes import Fact

USERS: Final = ("ann", "bob", "cat")
_IDS: Final = {"group": 3, "folder": 3, "document": 3}
_NAMES: Final = ("blocked", "owner", "editor", "viewer")


@dataclass(frozen=True)
class World:
    """A model in our text, which is OpenFGA's as well, tuples, and what can be asked.

    Attributes:
        subjects: type, id and relation each.
        targets: type and relation each.
    """

    model: str
    facts: tuple[Fact, ...]
    subjects: tuple[tuple[str, str, str], ...]
    targets: tuple[tuple[str, str], ...]

    def entities(self, kind: str) -> list[str]:
        return [f"{kind[0]}{n}" for n in range(_IDS[kind])]


def make_world(seed: int) -> World:
    """The world of a seed."""
    return _Maker(random.Random(seed)).make()


class _Maker:
    def __init__(self, pick: random.Random) -> None:
        self._pick = pick
        # Type and relation → what may stand in its tuples.
        self._direct: dict[tuple[str, str], list[str]] = {("group", "member"): ["user", "group#member"]}

    def make(self) -> World:
        lines = ["model", "  schema 1.1", "type user", "type group", "  relations"]
        lines.append("    define member: [user, group#member]")
        targets = [("group", "member")]
        for kind in ("folder", "document"):
            names = _NAMES[: self._pick.randint(2, 4)] if kind == "folder" else _NAMES
            lines += [f"type {kind}", "  relations", "    define parent: [folder]"]
            self._direct[kind, "parent"] = ["folder"]
            for level, name in enumerate(names):
                lines.append(f"    define {name}: {self._rewrite(kind, names, level)}")
                targets.append((kind, name))
        subjects = [("user", each, "") for each in USERS] + [("group", f"g{n}", "member") for n in range(_IDS["group"])]
        return World("\n".join(lines) + "\n", tuple(self._facts()), tuple(subjects), tuple(targets))

    def _rewrite(self, kind: str, names: tuple[str, ...], level: int) -> str:
        """A relation rests on those of lower levels; itself it follows through parents by `or` only."""
        direct = self._pick.choice((["user"], ["user", "group#member"], ["user", "user:*"], ["group#member"]))
        self._direct[kind, names[level]] = direct
        parts = [f"[{', '.join(direct)}]"]
        if level:
            parts += self._pick.sample([*names[:level], *self._arrows(level)], self._pick.randint(0, 2))
        shape = self._pick.random()
        if level and shape < 0.25:
            return f"({' or '.join(parts)}) but not {self._pick.choice(names[:level])}"
        if level and shape < 0.45:
            return f"({' or '.join(parts)}) and {self._pick.choice([*names[:level], *self._arrows(level)])}"
        if self._pick.random() < 0.4 and kind == "folder":
            parts.append(f"{names[level]} from parent")
        return " or ".join(dict.fromkeys(parts))

    def _arrows(self, level: int) -> list[str]:
        # Folders have the first two in any case.
        return [f"{name} from parent" for name in _NAMES[: min(level, 2)]]

    def _facts(self) -> list[Fact]:
        found: dict[Fact, None] = {}
        for (kind, relation), direct in self._direct.items():
            for number in range(_IDS[kind]):
                for _ in range(self._pick.choice((0, 1, 1, 2))):
                    fact = self._fact(kind, number, relation, self._pick.choice(direct))
                    if fact is not None:
                        found[fact] = None
        return list(found)

    def _fact(self, kind: str, number: int, relation: str, subject: str) -> Fact | None:
        subject_type, _, userset = subject.partition("#")
        entity = f"{kind[0]}{number}"
        if subject_type == "user:*":
            return Fact(kind, entity, relation, "user", "*")
        if subject_type == "user":
            return Fact(kind, entity, relation, "user", self._pick.choice(USERS))
        # Within one type only towards higher numbers: no circles.
        first = number + 1 if subject_type == kind else 0
        if first >= _IDS[subject_type]:
            return None
        return Fact(kind, entity, relation, subject_type, f"{subject_type[0]}{self._pick.randrange(first, 3)}", userset)
