"""The six shapes, ours in process beside the peers in theirs, each pinned to one core."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from app.authz.language.text import parse_model
from tests.bench.authz import spicedb
from tests.bench.authz.engine import EngineFigures, measure_engine
from tests.bench.authz.openfga import MAX_TUPLES, Openfga, WrongAnswers, as_asked
from tests.bench.authz.peers import Peers
from tests.bench.authz.report import Figure, Report
from tests.bench.authz.shapes import SHAPES, Shape
from tests.bench.authz.spicedb import SpicedbProcess
from tests.bench.authz.timing import MEASURED_CORE, ROUNDS, percentile, run_apart, spread
from tests.bench.authz.translate import Spicedb

PART = "one check, one core"
LISTS = "list objects, one core"
MEMORY = "memory and building"
OURS, SPICEDB, OPENFGA = "Auther, index", "SpiceDB, embedded", "OpenFGA, embedded"
_OURS_INCLUDES = (
    "`Index.check` called in process with six strings, warm, hits; both bypasses and the model's lookup are in it, "
    "HTTP and the actor's guard are not"
)
_SPICEDB_INCLUDES = (
    "`CheckPermission` with a request that is serialized already through the C interface of `libspicedb`, `minimize_latency`, "
    "warm, its gRPC layer over memory included, tuples in its memory store; hits and misses in turn, one at a time"
)
_OPENFGA_INCLUDES = (
    "difference of two runs of `fga model test` with many and few checks: the call of OpenFGA's check in process and "
    "reading the questions from the file; memory store, no caches, no socket; start and writing tuples are not in it"
)


def compare_shapes(report: Report, peers: Peers, sizes: Sequence[int], names: Sequence[str], peer_size: int) -> None:
    """Each shape at each size; the peers up to `peer_size` tuples."""
    for name in names:
        found: dict[int, EngineFigures] = {}
        for size in sizes:
            shape = SHAPES[name](size)
            found[size] = run_apart(measure_engine, name, size, 50_000)
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
    report.rounds(PART, row, f"{OURS}: hits", figures.hits, "/s", note=hits, includes=_OURS_INCLUDES)
    report.rounds(PART, row, f"{OURS}: misses", figures.misses, "/s", note=misses)
    report.add(
        Figure(
            PART, row, f"{OURS}: first time", figures.cold, "/s", includes="the same, each subject's closure being made"
        )
    )
    includes = "first page of 100 with the exact total, the second time it is asked"
    report.rounds(LISTS, row, OURS, figures.list_times, "µs", note=_late(figures.list_times), includes=includes)
    per_tuple = figures.bytes / figures.tuples
    report.add(
        Figure(
            MEMORY,
            row,
            f"{OURS}: bytes a tuple",
            per_tuple,
            "",
            includes="growth of the process by building, nothing derived yet; ids of 6 to 15 characters",
        )
    )
    report.add(
        Figure(
            MEMORY,
            row,
            f"{OURS}: building",
            figures.build_seconds,
            "s",
            includes="from rows in memory; reading them from the database is measured below",
        )
    )


def _late(times: Sequence[float]) -> str:
    return f"p95 {percentile(times, 0.95):.3g} µs"


def _add_spicedb(report: Report, peers: Peers, shape: Shape) -> None:
    row = _row(shape)
    with SpicedbProcess(peers, MEASURED_CORE) as database:
        model = Spicedb(parse_model(shape.model))
        database.start(model)
        loaded = database.load(model, shape.facts())
        report.add(
            Figure(
                MEMORY,
                row,
                f"{SPICEDB}: bytes a tuple",
                loaded["bytes"] / loaded["count"],
                "",
                includes="growth of the process, its garbage included",
            )
        )
        report.add(
            Figure(
                MEMORY,
                row,
                f"{SPICEDB}: writing",
                loaded["seconds"],
                "s",
                includes="`WriteRelationships`, 1,000 at a time",
            )
        )
        questions = shape.mixed(2_000)
        asked = [spicedb.as_asked(each) for each in questions]
        assert database.check(asked) == [each.is_allowed for each in questions]
        for batch, column in ((1, SPICEDB), (50, f"{SPICEDB}: batch of 50")):
            database.call("prepare", questions=asked, batch=batch)
            database.call("rate", batch=batch)
            runs = [database.call("rate", batch=batch) for _ in range(ROUNDS)]
            rates = [len(asked) / run["seconds"] for run in runs]
            times = [each for run in runs for each in run["times_us"]]
            includes = _SPICEDB_INCLUDES if batch == 1 else "the same through `CheckBulkPermissions`; checks a second"
            report.rounds(PART, row, column, rates, "/s", note=spread(times, "µs"), includes=includes)
        lists = shape.lists(50)
        queries = [spicedb.as_query(each) for each in lists]
        database.list_objects(queries)
        listed = database.list_objects(queries)
        assert [len(each) for each in listed["found"]] == [each.total for each in lists]
        times = [each * 1_000 for each in listed["times_ms"]]
        report.rounds(
            LISTS,
            row,
            SPICEDB,
            times,
            "µs",
            note=_late(times),
            includes="`LookupResources` over a local socket to its last item, full consistency",
        )


def _add_openfga(report: Report, peers: Peers, shape: Shape) -> None:
    row, few, many = _row(shape), shape.mixed(20), shape.mixed(4_020)
    database = Openfga(peers, shape.model, shape.facts(), MEASURED_CORE)
    asked = [[as_asked(each) for each in part] for part in (few, many)]
    try:
        database.seconds(asked[0])
    except WrongAnswers as problem:
        report.add(Figure(PART, row, OPENFGA, None, "/s", f"refused: {problem}"))
        return
    pairs = [[database.seconds(part) for part in asked] for _ in range(ROUNDS)]
    rates = [4_000 / max(long - short, 1e-6) for short, long in pairs]
    report.rounds(PART, row, OPENFGA, rates, "/s", includes=_OPENFGA_INCLUDES)


def _add_growth(report: Report, name: str, found: dict[int, EngineFigures]) -> None:
    small, large = min(found), max(found)
    for column, attribute in (("hits", "hits"), ("misses", "misses")):
        before, after = (median(getattr(found[size], attribute)) for size in (small, large))
        includes = "how many times slower a check is at the largest size than at the smallest"
        report.add(
            Figure(
                "growth", f"{name}, {small:,} → {large:,}", f"{OURS}: {column}", before / after, "×", includes=includes
            )
        )
