"""Six shapes of data with questions whose answers are known.

They are those of the check and lookup benchmarks in SpiceDB's repository (`pkg/benchmarks`: CheckWideDirect,
CheckWideGroups, DeepArrow, WideArrow, DoubleWideArrow, LookupIntersection), in their proportions; there each has one
fixed size and one question, here as many copies as a size needs, and questions all over them, hits and misses.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

_STRIDE = 7919  # A prime that no count here is a multiple of: spreads without repeating.
_DEPTH = 30


class Fact(NamedTuple):
    """A tuple. Types are bare, without the prefix of a client."""

    entity_type: str
    entity_id: str
    relation: str
    subject_type: str
    subject_id: str
    subject_relation: str = ""


class Question(NamedTuple):
    """May the user do it?"""

    user: str
    action: str
    type: str
    id: str
    is_allowed: bool


class ListQuestion(NamedTuple):
    """What can the user do it to? `total` is how many entities."""

    user: str
    action: str
    type: str
    total: int


@dataclass(frozen=True)
class Shape:
    """One shape at about so many tuples."""

    size: int
    name: ClassVar[str]
    about: ClassVar[str]
    model: ClassVar[str]
    action: ClassVar[str] = "view"
    type: ClassVar[str]

    def facts(self) -> Iterator[Fact]:
        """All tuples, each once."""
        raise NotImplementedError

    def hit(self, pick: random.Random) -> tuple[str, str]:
        """A user and an entity that the user may view."""
        raise NotImplementedError

    def miss(self, pick: random.Random) -> tuple[str, str]:
        """A user, known elsewhere, and an entity that the user may not view."""
        raise NotImplementedError

    def lists(self, count: int) -> list[ListQuestion]:
        """List questions with their totals."""
        raise NotImplementedError

    def questions(self, count: int, *, hits: bool) -> list[Question]:
        """Questions all over the data; the same at every call."""
        pick = random.Random(17 if hits else 18)
        ask = self.hit if hits else self.miss
        return [
            Question(user, self.action, self.type, entity, hits) for user, entity in (ask(pick) for _ in range(count))
        ]

    def mixed(self, count: int) -> list[Question]:
        """Hits and misses in turn."""
        pairs = zip(self.questions(count // 2, hits=True), self.questions(count // 2, hits=False), strict=True)
        return [each for pair in pairs for each in pair]

    def _listed(self, user: str, total: int) -> ListQuestion:
        return ListQuestion(user, self.action, self.type, total)


class WideDirect(Shape):
    """Users of even number may view resources of even number, the odd ones the odd."""

    name = "wide direct"
    about = "resources with up to 9,000 viewers each"
    type = "resource"
    model = """
model
  schema 1.1
type user
type resource
  relations
    define viewer: [user]
    define view: viewer
"""

    @property
    def resources(self) -> int:
        return max(self.size // 9_000, 2)

    @property
    def width(self) -> int:
        return self.size // self.resources

    def facts(self) -> Iterator[Fact]:
        for resource in range(self.resources):
            for n in range(self.width):
                yield Fact("resource", f"res-{resource}", "viewer", "user", f"user-{2 * n + resource % 2}")

    def hit(self, pick: random.Random) -> tuple[str, str]:
        resource = pick.randrange(self.resources)
        return f"user-{2 * pick.randrange(self.width) + resource % 2}", f"res-{resource}"

    def miss(self, pick: random.Random) -> tuple[str, str]:
        resource = pick.randrange(self.resources)
        return f"user-{2 * pick.randrange(self.width) + 1 - resource % 2}", f"res-{resource}"

    def lists(self, count: int) -> list[ListQuestion]:
        counts = ((self.resources + 1) // 2, self.resources // 2)
        return [self._listed(f"user-{n}", counts[n % 2]) for n in range(min(count, 2 * self.width))]


class WideGroups(Shape):
    """Each resource is shared with a group of 81 groups of one group; in the last of these is the user."""

    name = "wide groups"
    about = "a resource shared with a group of 81 groups, each with one more in it; the user is in the last"
    type = "resource"
    model = """
model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type resource
  relations
    define viewer: [user, group#member]
    define view: viewer
"""
    width = 81

    @property
    def blocks(self) -> int:
        return max(self.size // (2 * self.width + 2), 2)

    def facts(self) -> Iterator[Fact]:
        for block in range(self.blocks):
            top = f"top-{block}"
            yield Fact("resource", f"res-{block}", "viewer", "group", top, "member")
            for n in range(self.width):
                yield Fact("group", top, "member", "group", f"{top}-{n}", "member")
                yield Fact("group", f"{top}-{n}", "member", "group", f"{top}-{n}-low", "member")
            yield Fact("group", f"{top}-{self.width - 1}-low", "member", "user", f"user-{block}")

    def hit(self, pick: random.Random) -> tuple[str, str]:
        block = pick.randrange(self.blocks)
        return f"user-{block}", f"res-{block}"

    def miss(self, pick: random.Random) -> tuple[str, str]:
        block = pick.randrange(self.blocks)
        return f"user-{block}", f"res-{(block + 1) % self.blocks}"

    def lists(self, count: int) -> list[ListQuestion]:
        return [self._listed(f"user-{n}", 1) for n in range(min(count, self.blocks))]


class DeepArrow(Shape):
    """A document under 30 others, of which the last but one is shared with the user."""

    name = "deep arrow"
    about = "a document below 31 others, the 29th of which is shared with the user"
    type = "document"
    model = """
model
  schema 1.1
type user
type document
  relations
    define parent: [document]
    define viewer: [user]
    define view: viewer or view from parent
"""

    @property
    def blocks(self) -> int:
        return max(self.size // (_DEPTH + 2), 2)

    def facts(self) -> Iterator[Fact]:
        for block in range(self.blocks):
            for n in range(_DEPTH + 1):
                yield Fact("document", f"doc-{block}-{n}", "parent", "document", f"doc-{block}-{n + 1}")
            yield Fact("document", f"doc-{block}-{_DEPTH - 1}", "viewer", "user", f"user-{block}")

    def hit(self, pick: random.Random) -> tuple[str, str]:
        block = pick.randrange(self.blocks)
        return f"user-{block}", f"doc-{block}-0"

    def miss(self, pick: random.Random) -> tuple[str, str]:
        block = pick.randrange(self.blocks)
        return f"user-{block}", f"doc-{(block + 1) % self.blocks}-0"

    def lists(self, count: int) -> list[ListQuestion]:
        return [self._listed(f"user-{n}", _DEPTH) for n in range(min(count, self.blocks))]


class _Arrows(Shape):
    """Files that are reached through groups of users; `members` and `visitors` are the same in both."""

    type = "file"
    group_width: ClassVar[int] = 20
    groups: int
    users: int
    files: int

    def groups_of(self, file: int) -> list[int]:
        """The groups whose members may view a file; one may come more than once."""
        raise NotImplementedError

    def members(self, group: int) -> list[int]:
        first = group * self.group_width // 2
        return [(first + n) * _STRIDE % self.users for n in range(self.group_width)]

    def _memberships(self) -> Iterator[Fact]:
        for group in range(self.groups):
            for user in self.members(group):
                yield Fact("group", f"group-{group}", "member", "user", f"user-{user}")
        for n in range(self.group_width):
            yield Fact("group", "visitors", "member", "user", f"visitor-{n}")

    def hit(self, pick: random.Random) -> tuple[str, str]:
        file = pick.randrange(self.files)
        return f"user-{pick.choice(self.members(pick.choice(self.groups_of(file))))}", f"file-{file}"

    def miss(self, pick: random.Random) -> tuple[str, str]:
        file = pick.randrange(self.files)
        groups = set(self.groups_of(file))
        for _ in range(20):
            user = pick.randrange(self.users)
            if not any(map(self._membership(user), groups)):
                return f"user-{user}", f"file-{file}"
        return f"visitor-{pick.randrange(self.group_width)}", f"file-{file}"

    def _membership(self, user: int) -> Callable[[int], bool]:
        """Whether the user is in a group, without listing its members."""
        place = user * pow(_STRIDE, -1, self.users) % self.users
        return lambda group: (place - group * self.group_width // 2) % self.users < self.group_width

    def lists(self, count: int) -> list[ListQuestion]:
        asked = {user * _STRIDE % self.users: 0 for user in range(min(count, self.users))}
        for file in range(self.files):
            reached = {user for group in set(self.groups_of(file)) for user in self.members(group)}
            for user in asked.keys() & reached:
                asked[user] += 1
        return [self._listed(f"user-{user}", total) for user, total in asked.items()]


class WideArrow(_Arrows):
    """Files of 30 groups of 20 users."""

    name = "wide arrow"
    about = "files of 30 groups each, groups of 20 users"
    model = """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type file
  relations
    define group: [group]
    define viewer: [user]
    define view: viewer or member from group
"""

    @property
    def files(self) -> int:  # type: ignore[override]
        return max(self.size // 224, 2)

    @property
    def groups(self) -> int:  # type: ignore[override]
        return max(self.size * 97 // 2_240, 30)

    @property
    def users(self) -> int:  # type: ignore[override]
        return max(self.size * 997 // 2_240, 40)

    def groups_of(self, file: int) -> list[int]:
        return [(file * 30 + n) * _STRIDE % self.groups for n in range(30)]

    def facts(self) -> Iterator[Fact]:
        for file in range(self.files):
            for group in self.groups_of(file):
                yield Fact("file", f"file-{file}", "group", "group", f"group-{group}")
        yield from self._memberships()


class DoubleWideArrow(_Arrows):
    """Files of 20 organizations of 10 groups of 20 users."""

    name = "double wide arrow"
    about = "files of 20 organizations each, organizations of 10 groups, groups of 20 users"
    model = """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type org
  relations
    define group: [group]
    define member: member from group
type file
  relations
    define org: [org]
    define viewer: [user]
    define view: viewer or member from org
"""

    @property
    def files(self) -> int:  # type: ignore[override]
        return max(self.size * 5 // 7_050, 2)

    @property
    def orgs(self) -> int:
        return max(self.size * 97 // 7_050, 20)

    @property
    def groups(self) -> int:  # type: ignore[override]
        return max(self.size * 299 // 7_050, 20)

    @property
    def users(self) -> int:  # type: ignore[override]
        return max(self.size * 499 // 7_050, 40)

    def orgs_of(self, file: int) -> list[int]:
        return [(file * 20 + n) * _STRIDE % self.orgs for n in range(20)]

    def groups_in(self, org: int) -> list[int]:
        return [(org * 10 + n) * _STRIDE % self.groups for n in range(10)]

    def groups_of(self, file: int) -> list[int]:
        return [group for org in self.orgs_of(file) for group in self.groups_in(org)]

    def facts(self) -> Iterator[Fact]:
        for file in range(self.files):
            for org in self.orgs_of(file):
                yield Fact("file", f"file-{file}", "org", "org", f"org-{org}")
        for org in range(self.orgs):
            for group in self.groups_in(org):
                yield Fact("org", f"org-{org}", "group", "group", f"group-{group}")
        yield from self._memberships()


class Intersections(Shape):
    """Viewers of a resource see it if they read its organization and are not banned there; 499 to an organization."""

    name = "intersection"
    about = "499 resources to an organization; a viewer must also read the organization and not be banned there"
    type = "resource"
    width = 499
    model = """
model
  schema 1.1
type user
type organization
  relations
    define reader: [user]
    define banned: [user]
    define read: reader but not banned
type resource
  relations
    define viewer: [user]
    define organization: [organization]
    define read: read from organization
    define view: viewer and read
"""

    @property
    def resources(self) -> int:
        return max(self.size * 4 // 9, 16)

    @property
    def orgs(self) -> int:
        return -(-self.resources // self.width)

    def facts(self) -> Iterator[Fact]:
        for org in range(self.orgs):
            yield Fact("organization", f"org-{org}", "reader", "user", f"user-{org}")
            yield Fact("organization", f"org-{org}", "reader", "user", f"banned-{org}")
            yield Fact("organization", f"org-{org}", "banned", "user", f"banned-{org}")
        for resource in range(self.resources):
            org, name = resource // self.width, f"res-{resource}"
            yield Fact("resource", name, "organization", "organization", f"org-{org}")
            yield Fact("resource", name, "viewer", "user", f"user-{org}")
            if resource % 8 == 0:
                yield Fact("resource", name, "viewer", "user", f"banned-{org}")
                yield Fact("resource", name, "viewer", "user", f"outsider-{org}")

    def hit(self, pick: random.Random) -> tuple[str, str]:
        resource = pick.randrange(self.resources)
        return f"user-{resource // self.width}", f"res-{resource}"

    def miss(self, pick: random.Random) -> tuple[str, str]:
        resource = pick.randrange(self.resources) // 8 * 8
        return f"{pick.choice(('banned', 'outsider'))}-{resource // self.width}", f"res-{resource}"

    def lists(self, count: int) -> list[ListQuestion]:
        totals = [min(self.width, self.resources - org * self.width) for org in range(self.orgs)]
        return [self._listed(f"user-{org}", total) for org, total in enumerate(totals[:count])]


SHAPES: dict[str, type[Shape]] = {
    each.name: each for each in (WideDirect, WideGroups, DeepArrow, WideArrow, DoubleWideArrow, Intersections)
}
