"""`python -m tests.bench.engine [--tuples N] [--huge]`: the index of tuples alone, without HTTP or a database.

The model is that of a drive: groups within groups, folders within folders to a depth of five, documents; owned by a
client, so both bypasses are tried on every check. Ids in the questions are strings of their own, as in requests.
Rates are per second of processor time; latencies are of the clock, so the machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import platform
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import psutil

from app.authz.engine.index import Builder, Index, Row, sizes
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Ruleset
from app.authz.engine.schema import build_schema
from app.authz.engine.system import system_model
from app.authz.language.text import parse_model
from app.authz.types import SubjectRef
from app.kit.garbage import sparing

CLIENT = "cli_bench"
CONDITIONED = """
model
  schema 1.1
type document
  relations
    define owner: [user with is_open]
    define blocked: [user]
    define reader: owner but not blocked
condition is_open(state: string) {
  state == "open"
}
"""
MODEL = """
model
  schema 1.1
type folder
  relations
    define parent: [folder]
    define owner: [user]
    define editor: [user, group#member] or owner or editor from parent
    define viewer: [user, user:*, group#member] or editor or viewer from parent
type document
  relations
    define parent: [folder]
    define owner: [user]
    define editor: [user, group#member] or owner or editor from parent
    define viewer: [user, user:*, group#member] or editor or viewer from parent
    define banned: [user]
    define reader: viewer but not banned
  permissions
    define view: viewer
    define edit: editor
    define read: reader
"""
DOCUMENT = f"{CLIENT}:document"
CHECKS = 100_000
# Different questions that are asked while an index is warm.
WARM = 10_000
DEPTH = 5
Question = tuple[str, str, str, str, str, str]


@dataclass
class Drive:
    """What a drive of some tuples is made of. Ids are as long as those of the product."""

    tuples: int
    rules: Ruleset

    def __post_init__(self) -> None:
        self.users = max(self.tuples // 10, 20)
        self.groups = max(self.tuples // 100, 5)
        self.folders = max(self.tuples // 50, 10)
        self.documents = self.tuples * 2 // 5
        self.random = random.Random(7)
        types = self.rules.schema.types
        self.user, self.group = types["user"].id, types["group"].id
        self.folder, self.document = types[f"{CLIENT}:folder"].id, types[DOCUMENT].id

    def parent_of(self, folder: int) -> int | None:
        """The folder above, in a tree of DEPTH levels."""
        width = max(round(self.folders ** (1 / DEPTH)), 2)
        return None if folder < width else folder // width - 1 if folder // width else None

    def rows(self) -> Iterator[Row]:
        """All tuples, one after the other."""
        pick = self.random.randrange
        for n in range(self.tuples // 5):
            member = identify("user", pick(self.users))
            yield Row(self.group, identify("group", n % self.groups), "member", self.user, member)
        for n in range(1, self.groups // 2):
            yield Row(self.group, identify("group", n // 4), "member", self.group, identify("group", n), "member")
        for n in range(self.folders):
            above = self.parent_of(n)
            if above is not None:
                yield Row(self.folder, identify("folder", n), "parent", self.folder, identify("folder", above))
            group = identify("group", pick(self.groups))
            yield Row(self.folder, identify("folder", n), "viewer", self.group, group, "member")
        yield from self._documents()

    def _documents(self) -> Iterator[Row]:
        pick = self.random.randrange
        for n in range(self.documents):
            name = identify("document", n)
            yield Row(self.document, name, "parent", self.folder, identify("folder", self.folder_of(n)))
            if n % 2 == 0:
                yield Row(self.document, name, "owner", self.user, identify("user", self.owner_of(n)))
            if n % 4 == 1:
                yield Row(self.document, name, "viewer", self.user, identify("user", pick(self.users)))
            if n % 8 == 3:
                group = identify("group", pick(self.groups))
                yield Row(self.document, name, "editor", self.group, group, "member")

    def folder_of(self, document: int) -> int:
        return document * 7919 % self.folders

    def owner_of(self, document: int) -> int:
        return document * 104_729 % self.users


def identify(kind: str, number: int) -> str:
    """An id of thirty characters."""
    return f"{kind[:3]}_{number:026d}"


def questions(drive: Drive, action: str, *, hits: bool, different: int = WARM) -> list[Question]:
    """Checks of documents: by their owners, or by users who mostly have nothing to do with them.

    So many different ones, over the whole drive, each again and again.
    """
    pick = random.Random(11).randrange
    pairs: list[tuple[int, int]] = []
    for _ in range(different):
        document = pick(drive.documents // 2) * 2 if hits else pick(drive.documents)
        pairs.append((drive.owner_of(document) if hits else pick(drive.users), document))
    return [
        ("user", identify("user", user), "", action, DOCUMENT, identify("document", document))
        for user, document in pairs * (CHECKS // different)
    ]


def rate(index: Index, asked: Sequence[Question]) -> float:
    """Checks per second."""
    check = index.check
    started = time.process_time()
    for each in asked:
        check(*each)
    return len(asked) / (time.process_time() - started)


def spread(index: Index, asked: Sequence[Question]) -> tuple[float, float, float]:
    """Median, 99th and 99.9th percentile of one check, in µs; the clock's own time is in it."""
    check, now = index.check, time.perf_counter_ns
    times: list[int] = []
    for each in asked:
        started = now()
        check(*each)
        times.append(now() - started)
    times.sort()
    return tuple(times[int(len(times) * part)] / 1_000 for part in (0.5, 0.99, 0.999))  # type: ignore[return-value]


def timed(act: Callable[[int], object], count: int) -> tuple[float, float]:
    """Median and 95th percentile of an act, in µs."""
    times: list[float] = []
    for n in range(count):
        started = time.perf_counter()
        act(n)
        times.append((time.perf_counter() - started) * 1_000_000)
    times.sort()
    return times[count // 2], times[int(count * 0.95)]


def make_rules(text: str = MODEL) -> Ruleset:
    system, model = system_model(), parse_model(text)
    names = [("", each.name) for each in system.types] + [(CLIENT, each.name) for each in model.types]
    return Ruleset(build_schema(system, {CLIENT: model}, {name: n for n, name in enumerate(names, start=1)}))


def build(tuples: int) -> tuple[Drive, Index, float, int]:
    """A drive, its index, the seconds of building (reading rows apart) and bytes of memory that it took."""
    drive = Drive(tuples, make_rules())
    gc.collect()
    before = psutil.Process().memory_info().rss
    builder, seconds = Builder(drive.rules), 0.0
    batch: list[Row] = []
    rows = drive.rows()
    while batch := [row for _, row in zip(range(20_000), rows, strict=False)]:
        started = time.process_time()
        builder.add(batch)
        seconds += time.process_time() - started
    started = time.process_time()
    index = builder.finish(1)
    seconds += time.process_time() - started
    del builder, batch
    gc.collect()
    return drive, index, seconds, psutil.Process().memory_info().rss - before


def show(name: str, value: str, details: str = "") -> None:
    print(f"{name:<34} {value:>16}   {details}", flush=True)


def measure_checks(drive: Drive, index: Index) -> None:
    for action in ("view", "edit", "read"):
        for hits in (True, False):
            rate(index, questions(drive, action, hits=hits))
            found = max(rate(index, questions(drive, action, hits=hits)) for _ in range(3))
            middle, late, latest = spread(index, questions(drive, action, hits=hits))
            details = f"p50 {middle:.2f} µs, p99 {late:.2f} µs, p99.9 {latest:.2f} µs"
            show(f"check {action}, {'hits' if hits else 'misses'}", f"{found:,.0f}/s", details)
    asked = questions(drive, "view", hits=False, different=CHECKS)
    rate(index, asked)
    middle, late, latest = spread(index, asked)
    details = f"p50 {middle:.2f} µs, p99 {late:.2f} µs, p99.9 {latest:.2f} µs"
    show(f"check view, {CHECKS:,} different", f"{rate(index, asked):,.0f}/s", details)


def measure_lists(drive: Drive, index: Index) -> None:
    loop = asyncio.new_event_loop()
    pick = random.Random(5).randrange
    users = [identify("user", pick(drive.users)) for _ in range(2_000)]

    def page(n: int, action: str = "view") -> None:
        query = ObjectQuery(SubjectRef("user", users[n]), action, DOCUMENT, {})
        loop.run_until_complete(index.list_objects(query, limit=100))

    def page_anew(n: int) -> None:
        index.compiled.lists.clear()
        page(n)

    overhead = timed(lambda _: loop.run_until_complete(asyncio.sleep(0)), 2_000)[0]
    for n in range(2_000):
        page(n)
    middle, late = timed(page, 2_000)
    show(
        "list page of 100 + total",
        f"p95 {late:.0f} µs",
        f"p50 {middle:.0f} µs; of it the loop's turn {overhead:.0f} µs",
    )
    middle, late = timed(page_anew, 2_000)
    show("list page, list not known", f"p95 {late:.0f} µs", f"p50 {middle:.0f} µs")
    index.compiled.closures.clear()
    index.compiled.listings.clear()
    index.compiled.lists.clear()
    middle, late = timed(page, 2_000)
    show("list page, everything cold", f"p95 {late:.0f} µs", f"p50 {middle:.0f} µs")
    middle, late = timed(lambda n: page(n, "read"), 200)
    show("list page, but not", f"p95 {late:.0f} µs", f"p50 {middle:.0f} µs")
    loop.close()


def measure_turns(count: int = 20_000) -> None:
    """A list of which each entity is checked, under a condition: how long it takes, and how long others wait."""
    rules = make_rules(CONDITIONED)
    kind, user = rules.schema.types[DOCUMENT].id, rules.schema.types["user"].id
    rows = [Row(kind, identify("document", n), "owner", user, "ann", "", "is_open") for n in range(count)]
    index = Index.build(rules, rows, 1)
    query = ObjectQuery(SubjectRef("user", "ann"), "reader", DOCUMENT, {"state": "open"})
    waits: list[float] = []

    async def list_beside() -> float:
        started = time.process_time()
        task = asyncio.create_task(index.list_objects(query, limit=100))
        while not task.done():
            before = time.process_time()
            await asyncio.sleep(0)
            waits.append(time.process_time() - before)
        assert task.result()[1] == count
        return time.process_time() - started

    with sparing():
        seconds = asyncio.run(list_beside())
    waits.sort()
    details = f"others wait p99 {waits[int(len(waits) * 0.99)] * 1_000:.1f} ms, at most {waits[-1] * 1_000:.1f} ms"
    show(f"list of {count:,}, each checked", f"{seconds * 1_000:.0f} ms", details)


def measure_closures(drive: Drive, index: Index) -> None:
    find = index.compiled.closures.shelves["user"].find
    index.compiled.closures.clear()
    middle, late = timed(lambda n: find(identify("user", n)), min(drive.users, 20_000))
    show("closure of a subject, cold", f"p95 {late:.1f} µs", f"p50 {middle:.1f} µs")


def measure_deltas(drive: Drive, index: Index) -> None:
    def join(n: int) -> None:
        row = Row(drive.group, identify("group", n), "member", drive.user, identify("user", n))
        index.apply(n, [], [row])

    def leave(n: int) -> None:
        row = Row(drive.group, identify("group", n), "member", drive.user, identify("user", n))
        index.apply(n, [row], [])

    def nest(n: int) -> None:
        row = Row(drive.group, identify("group", n), "member", drive.group, identify("group", n + 50), "member")
        index.apply(n, [row] if n % 2 else [], [] if n % 2 else [row])

    def create(n: int) -> None:
        name = identify("new document", n)
        index.apply(n, [], [Row(drive.document, name, "parent", drive.folder, identify("folder", n % drive.folders))])

    def move(n: int) -> None:
        folder, above = drive.folders // 2 + n, drive.parent_of(drive.folders // 2 + n)
        assert above is not None
        row = Row(drive.folder, identify("folder", folder), "parent", drive.folder, identify("folder", above))
        other = row._replace(subject_id=identify("folder", above + 1))
        index.apply(n, [row], [other])

    def share_root(n: int) -> None:
        index.apply(n, [], [Row(drive.folder, identify("folder", n % 5), "viewer", drive.user, identify("user", n))])

    acts = [
        ("user joins a group", join),
        ("user leaves a group", leave),
        ("group within a group", nest),
        ("document created", create),
        ("folder moved", move),
        ("top folder shared", share_root),
    ]
    for name, act in acts:
        rate(index, questions(drive, "view", hits=False)[:20_000])
        middle, late = timed(act, min(200, drive.groups - 51))
        show(f"delta: {name}", f"p50 {middle:.1f} µs", f"p95 {late:.1f} µs")


def measure(tuples: int) -> None:
    drive, index, seconds, size = build(tuples)
    count = index.statistics()["tuples"]
    show("tuples", f"{count:,}")
    show("build", f"{seconds:.2f} s", f"{seconds / count * 1_000_000:.2f} s a million")
    show(
        "memory a tuple",
        f"{size / count:.0f} bytes",
        f"own estimate {sizes.measure(index.store, index.compiled) / count:.0f}",
    )
    measure_checks(drive, index)
    measure_lists(drive, index)
    measure_closures(drive, index)
    measure_deltas(drive, index)
    measure_turns()


def rate_anew(index: Index, asked: Sequence[Question]) -> float:
    index.answers.clear()
    return rate(index, asked)


def measure_growth(sizes: Sequence[int]) -> None:
    """The same number of different questions at each size: what grows is what they are asked of.

    Asked anew: right after a write that dropped the remembered answers.
    """
    for tuples in sizes:
        drive, index, seconds, size = build(tuples)
        rates: list[float] = []
        for different in (1_000, WARM):
            for hits in (True, False):
                asked = questions(drive, "view", hits=hits, different=different)
                rate(index, asked)
                rate(index, asked)
                rates.append(max(rate(index, asked) for _ in range(5)))
                anew = max(rate_anew(index, asked[:different]) for _ in range(5))
        told = [f"{each:,.0f}/s" for each in (*rates, anew)]
        details = f"misses {told[1]}; of {WARM:,}: hits {told[2]}, misses {told[3]}, misses anew {told[4]}"
        show(f"growth: {tuples:,}", told[0], f"{details}; build {seconds:.1f} s, {size / 1_000_000:.0f} MB")
        del drive, index
        gc.collect()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tuples", type=int, default=1_000_000)
    parser.add_argument("--huge", action="store_true", help="grow to ten million tuples")
    parser.add_argument("--no-growth", action="store_true")
    given = parser.parse_args()
    measure(given.tuples)
    if not given.no_growth:
        measure_growth([1_000, 10_000, 100_000, 1_000_000, *([10_000_000] if given.huge else [])])
    print(f"\n{platform.platform()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
