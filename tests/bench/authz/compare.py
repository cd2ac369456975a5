"""The six shapes, ours in process beside the peers in theirs, each pinned to one core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from app.authz.language.text import parse_model
from tests.bench.authz import spicedb
from tests.bench.authz.engine import EngineFigures, measure_engine
from tests.bench.authz.openfga import MAX_TUPLES, Openfga, WrongAnswers, as_asked
from tests.bench.authz.peers import Peers
from tests.bench.authz.report import Figure, Report
from tests.bench.authz.shapes import SHAPES, Shape
from tests.bench.authz.spicedb import SpicedbProcess
from tests.bench.authz.timing import MEASURED_CORE, ROUNDS, late, run_apart, spread
from tests.bench.authz.translate import Spicedb

CHECKS, LISTS, MEMORY, GROWTH = "one check, one core", "list objects, one core", "memory and building", "growth"
OURS, SPICEDB, OPENFGA = "Auther, index", "SpiceDB, embedded", "OpenFGA, embedded"
# Questions of a round of ours.
_COUNT = 10_000
# Questions that a run of OpenFGA has anyway, most that a round asks a peer, and about how long a round takes.
_FEW, _MOST, _SECONDS = 20, 4_000, 2.0
# Below so many tuples the memory that a process takes says nothing about them.
_MEMORY_FROM = 100_000

_HITS = (
    "`Index.check` called in process with six strings, 10,000 different questions at each size (fewer where there are "
    "fewer), each asked before, so its answer is remembered; neither HTTP nor the guard of the caller"
)
_ANEW = (
    "the hits right after a write that drops every remembered answer: what a subject is in and who reaches an entity "
    "is still known, both bypasses are tried, and the answer is remembered anew"
)
_FIRST = "the same with a fresh index, each question for the first time"
_LIST = "first page of 100 with the exact total, warm"
_BYTES = "growth of the process while building, nothing derived yet; ids of 6 to 15 characters"
_BUILD = "from rows in memory"
_SPICEDB = (
    "`CheckPermission` with requests serialized before, through the C interface of `libspicedb`, `minimize_latency`, "
    "warm, hits and misses in turn, one at a time; its gRPC layer over memory is in it, a socket is not; memory store"
)
_SPICEDB_BATCH = "the same through `CheckBulkPermissions`, in checks"
_SPICEDB_LIST = "`LookupResources` over a local socket up to its last item, full consistency"
_SPICEDB_BYTES = "growth of the process while writing, its garbage included"
_SPICEDB_WRITE = "`WriteRelationships`, 1,000 at a time, into memory"
_OPENFGA = (
    "difference of two runs of `fga model test` with many and few checks: OpenFGA's check called in process and "
    "reading the questions from a file; memory store, no socket; start and writing tuples are not in it"
)
_GROWTH = "how many times longer a check takes at the largest size than at the smallest"


def compare_shapes(report: Report, peers: Peers, sizes: Sequence[int], names: Sequence[str], peer_size: int) -> None:
    """Each shape at each size; the peers up to `peer_size` tuples."""
    for name in names:
        found: dict[int, EngineFigures] = {}
        for size in sizes:
            shape = SHAPES[name](size)
            found[size] = run_apart(measure_engine, name, size, _COUNT)
            _add_ours(report, shape, found[size])
            if peers.has_spicedb and size <= peer_size:
                _add_spicedb(report, peers, shape)
            if peers.fga is not None and size <= min(peer_size, MAX_TUPLES):
                _add_openfga(report, peers, shape)
        if len(sizes) > 1:
            _add_growth(report, name, found)


def _row(shape: Shape) -> str:
    return f"{shape.name}, {shape.size:,}"


def _add_ours(report: Report, shape: Shape, figures: EngineFigures) -> None:
    row = _row(shape)
    hits, misses = (spread(each, "µs") for each in (figures.hit_times, figures.miss_times))
    report.rounds(CHECKS, row, f"{OURS}: hits", figures.hits, "/s", note=hits, includes=_HITS)
    report.rounds(CHECKS, row, f"{OURS}: misses", figures.misses, "/s", note=misses)
    report.rounds(CHECKS, row, f"{OURS}: hits anew", figures.anew, "/s", includes=_ANEW)
    if figures.cold is not None:
        report.add(Figure(CHECKS, row, f"{OURS}: first time", figures.cold, "/s", includes=_FIRST))
    report.rounds(LISTS, row, OURS, figures.list_times, "µs", note=late(figures.list_times, "µs", 0.95), includes=_LIST)
    if shape.size >= _MEMORY_FROM:
        each = figures.bytes / figures.tuples
        report.add(Figure(MEMORY, row, f"{OURS}: bytes a tuple", each, "", includes=_BYTES))
        report.add(Figure(MEMORY, row, f"{OURS}: building", figures.build_seconds, "s", includes=_BUILD))


def _add_spicedb(report: Report, peers: Peers, shape: Shape) -> None:
    row = _row(shape)
    with SpicedbProcess(peers, MEASURED_CORE) as database:
        model = Spicedb(parse_model(shape.model))
        database.start(model)
        loaded = database.load(model, shape.facts())
        if shape.size >= _MEMORY_FROM:
            each = loaded["bytes"] / loaded["count"]
            report.add(Figure(MEMORY, row, f"{SPICEDB}: bytes a tuple", each, "", includes=_SPICEDB_BYTES))
            report.add(Figure(MEMORY, row, f"{SPICEDB}: writing", loaded["seconds"], "s", includes=_SPICEDB_WRITE))
        questions = shape.mixed(200)
        asked = [spicedb.as_asked(each) for each in questions]
        assert database.check(asked) == [each.is_allowed for each in questions], "SpiceDB answers otherwise"
        single = _rate_spicedb(database, asked, 1)[0]
        count = min(max(int(_SECONDS * single), 100), _MOST) // 50 * 50
        asked = [spicedb.as_asked(each) for each in shape.mixed(count)]
        for batch, column, includes in ((1, SPICEDB, _SPICEDB), (50, f"{SPICEDB}: batch of 50", _SPICEDB_BATCH)):
            _rate_spicedb(database, asked, batch)
            runs = [database.call("rate", batch=batch) for _ in range(ROUNDS)]
            note = spread([each for run in runs for each in run["times_us"]], "µs")
            rates = [len(asked) / run["seconds"] for run in runs]
            report.rounds(CHECKS, row, column, rates, "/s", note=note, includes=includes)
        times = _list_spicedb(database, shape)
        report.rounds(LISTS, row, SPICEDB, times, "µs", note=late(times, "µs", 0.95), includes=_SPICEDB_LIST)


def _rate_spicedb(
    database: SpicedbProcess, asked: Sequence[spicedb.Asked], batch: int
) -> tuple[float, Mapping[str, Any]]:
    """Make requests and send them once: checks a second, and everything that was told."""
    database.call("prepare", questions=asked, batch=batch)
    told = database.call("rate", batch=batch)
    return len(asked) / told["seconds"], told


def _list_spicedb(database: SpicedbProcess, shape: Shape) -> list[float]:
    questions = shape.lists(50)
    queries = [spicedb.as_query(each) for each in questions]
    database.list_objects(queries)
    listed = database.list_objects(queries)
    assert [len(each) for each in listed["found"]] == [each.total for each in questions], "SpiceDB lists otherwise"
    return [each * 1_000 for each in listed["times_ms"]]


def _add_openfga(report: Report, peers: Peers, shape: Shape) -> None:
    row, asked = _row(shape), [as_asked(each) for each in shape.mixed(_FEW + _MOST)]
    database = Openfga(peers, shape.model, shape.facts(), MEASURED_CORE)
    try:
        base = database.seconds(asked[:_FEW])
    except WrongAnswers as problem:
        report.add(Figure(CHECKS, row, OPENFGA, None, "/s", f"refused: {problem}"))
        return
    each = max(database.seconds(asked[: _FEW + 100]) - base, 0.001) / 100
    count = min(max(int(_SECONDS / each), 100), _MOST)
    pairs = [[database.seconds(asked[:size]) for size in (_FEW, _FEW + count)] for _ in range(ROUNDS)]
    rates = [count / max(long - short, 1e-6) for short, long in pairs]
    report.rounds(CHECKS, row, OPENFGA, rates, "/s", includes=_OPENFGA)


def _add_growth(report: Report, name: str, found: dict[int, EngineFigures]) -> None:
    small, large = min(found), max(found)
    for column, attribute in (("hits", "hits"), ("misses", "misses")):
        before, after = (median(getattr(found[size], attribute)) for size in (small, large))
        row = f"{name}, {small:,} → {large:,}"
        report.add(Figure(GROWTH, row, f"{OURS}: {column}", before / after, "times", includes=_GROWTH))
