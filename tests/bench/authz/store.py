"""Our engine over its database, in one process without HTTP: import, loading the index, checks, lists, hub writes.

The data are the drive of `tests.bench.engine`: groups, folders five levels deep, documents.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice

import orjson

from app import main, wiring
from app.authz.engine.index import Row
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.schema import Schema
from app.authz.service import import_tuples, write_tuples
from app.authz.service.checks import LATEST, check_many
from app.authz.service.follower import following
from app.authz.service.lists import find_objects
from app.authz.service.models import find_current_model, save_model
from app.authz.service.sources import open_source
from app.authz.types import Check, EntityRef, Freshness, FreshnessMode, RelationTuple, Source, SubjectRef, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.paging import PageRequest
from tests.bench import engine as drive
from tests.bench.authz.report import MEASURED, Figure, Report
from tests.bench.authz.timing import ROUNDS, late, spread
from tests.support import make_settings

PART, WRITES = "over PostgreSQL, in process", "writes to hubs"
DOCUMENT, FOLDER = drive.DOCUMENT, f"{drive.CLIENT}:folder"
_CHUNK = 5_000
_PEOPLE = """
INSERT INTO users_user (id, email, email_verified, attributes, created_at, updated_at)
SELECT id, id || '@people.example', TRUE, '{}', now(), now() FROM unnest($1::text[]) AS id
"""
_DECIDE = "`check_many` of the system, through an asyncio loop; hits and misses in turn, answered from the index"
_DECIDE_SQL = (
    "`check_many` of the system, where no index runs: the statements that the walk needs, over a local connection"
)
_HUB_COMMIT = "`write_tuples` in a transaction of its own, announced and durable"
_HUB_SEEN = "from the commit to the answer of a check with the write's token, in the process of the index"


@asynccontextmanager
async def opened(dsn: str, data_dir: str) -> AsyncIterator[None]:
    """The database, migrated, as the server has it."""
    settings = make_settings(database_url=dsn, data_dir=data_dir)
    wiring.wire(settings)
    async with main.open_stores(settings):
        yield


async def measure_store(report: Report, dsn: str, data_dir: str, tuples: int) -> None:
    """Fill the database and measure."""
    async with opened(dsn, data_dir):
        await fill(report, tuples)
        made = drive.Drive(tuples, drive.make_rules())
        questions = _questions(made)
        await _decide_by_sql(report, questions, tuples)
        started = time.perf_counter()
        async with following() as follower:
            await follower.catch_up()
            seconds = time.perf_counter() - started
            note = f"{seconds / tuples * 1_000_000:.2f} s a million"
            report.add(Figure(PART, f"load the index, {tuples:,}", MEASURED, seconds, "s", note))
            await _decide_by_index(report, questions, tuples)
            await _list(report, made)
            await _write_to_group(report, tuples)
            await _move_folder(report, tuples)


async def fill(report: Report, tuples: int) -> None:
    if await find_current_model(SYSTEM, drive.CLIENT) is not None:
        return
    async with unit_of_work():
        await save_model(SYSTEM, ModelDraft(drive.CLIENT, drive.MODEL))
    made = drive.Drive(tuples, drive.make_rules())
    # Groups are Auther's own: who joins them has an account.
    joiners = [f"joiner-{n}" for n in range(2)]
    await db.execute(_PEOPLE, [*(drive.identify("user", n) for n in range(made.users)), *joiners])
    lines = list(to_lines(made.rules.schema, made.rows()))
    seconds = await load(lines)
    includes = "JSON lines in memory, read, judged and merged in units of 10,000, durable; one connection"
    report.add(Figure(PART, f"import, {tuples:,}", MEASURED, len(lines) / seconds, "/s", includes=includes))


async def load(lines: Sequence[bytes]) -> float:
    """Import; seconds."""
    started = time.perf_counter()
    told = await import_tuples(SYSTEM, [b"".join(lines[at : at + _CHUNK]) for at in range(0, len(lines), _CHUNK)])
    assert told.is_complete, told.bad[:3]
    return time.perf_counter() - started


def to_lines(schema: Schema, rows: Iterable[Row]) -> Iterator[bytes]:
    names = {each.id: name for name, each in schema.types.items()}
    for row in rows:
        subject = f"{names[row.subject_type]}:{row.subject_id}"
        yield orjson.dumps(
            {
                "entity": f"{names[row.entity_type]}:{row.entity_id}",
                "relation": row.relation,
                "subject": f"{subject}#{row.subject_relation}" if row.subject_relation else subject,
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )


def to_check(asked: drive.Question) -> Check:
    subject_type, subject_id, _, action, entity_type, entity_id = asked
    return Check(SubjectRef(subject_type, subject_id), action, EntityRef(entity_type, entity_id))


def _questions(made: drive.Drive) -> list[Check]:
    hits, misses = (islice(drive.questions(made, "view", hits=each), 5_000) for each in (True, False))
    return [to_check(each) for pair in zip(hits, misses, strict=True) for each in pair]


async def _rounds(questions: Sequence[Check], batch: int, source: Source) -> tuple[list[float], list[float]]:
    """Checks a second of each round, and µs of each call. Answers from another source end it."""
    rates, times = [], []
    groups = [questions[at : at + batch] for at in range(0, len(questions), batch)]
    for _ in range(ROUNDS):
        spent = 0.0
        for n, group in enumerate(groups):
            started = time.perf_counter()
            answers = await check_many(SYSTEM, group)
            seconds = time.perf_counter() - started
            spent += seconds
            times.append(seconds * 1_000_000)
            assert all(each.source is source for each in answers), answers[0]
            if n % 50 == 0:
                await asyncio.sleep(0)  # The follower has to confirm now and then that nothing is new.
        rates.append(len(questions) / spent)
    return rates, times


async def _decide_by_sql(report: Report, questions: Sequence[Check], tuples: int) -> None:
    for batch, asked in ((1, questions[:500]), (50, questions[:2_000])):
        await check_many(SYSTEM, asked[:50])
        rates, times = await _rounds(asked, batch, Source.SQL)
        row = f"check by SQL, {_together(batch)}, {tuples:,}"
        report.rounds(PART, row, MEASURED, rates, "/s", note=spread(times, "µs"), includes=_DECIDE_SQL)
    answers = await check_many(SYSTEM, questions[:2_000])
    assert all(each.is_allowed for each in answers[::2])


async def _decide_by_index(report: Report, questions: Sequence[Check], tuples: int) -> None:
    for batch in (1, 50):
        await _rounds(questions, batch, Source.INDEX)
        rates, times = await _rounds(questions, batch, Source.INDEX)
        row = f"check by the index, {_together(batch)}, {tuples:,}"
        report.rounds(PART, row, MEASURED, rates, "/s", note=spread(times, "µs"), includes=_DECIDE)
    answers = await check_many(SYSTEM, questions)
    assert all(each.is_allowed for each in answers[::2])


def _together(batch: int) -> str:
    return "one at a time" if batch == 1 else f"{batch} together"


async def _list(report: Report, made: drive.Drive) -> None:
    pick = random.Random(5).randrange
    queries = [
        ObjectQuery(SubjectRef("user", drive.identify("user", pick(made.users))), "view", DOCUMENT, {})
        for _ in range(200)
    ]
    times: list[float] = []
    for turn in range(2):
        for query in queries:
            started = time.perf_counter()
            await find_objects(SYSTEM, await open_source(LATEST), query, PageRequest(first=100))
            if turn:
                times.append((time.perf_counter() - started) * 1_000_000)
        await asyncio.sleep(0)
    includes = "`find_objects` with its guard and cursors: a page of 100 and the exact total, the second time"
    note = late(times, "µs", 0.95)
    report.rounds(PART, "list objects by the index", MEASURED, times, "µs", note=note, includes=includes)


async def write(*, touch: Sequence[TupleKey] = (), delete: Sequence[TupleKey] = ()) -> tuple[str, float]:
    """Write; the token, and milliseconds to the commit."""
    started = time.perf_counter()
    async with unit_of_work():
        told = await write_tuples(
            SYSTEM, TupleWrite(touch=tuple(RelationTuple(key) for key in touch), delete=tuple(delete))
        )
    return told.token, (time.perf_counter() - started) * 1_000


async def _seen(token: str, question: Check, *, is_allowed: bool) -> float:
    """Milliseconds until a check with the token of a write is answered from the index."""
    started = time.perf_counter()
    (answer,) = await check_many(SYSTEM, [question], Freshness(FreshnessMode.AT_LEAST_AS_FRESH, token))
    assert (answer.is_allowed, answer.source) == (is_allowed, Source.INDEX), answer
    return (time.perf_counter() - started) * 1_000


async def _others(questions: Sequence[Check]) -> list[float]:
    """Microseconds of each of some checks."""
    found = []
    for each in questions:
        started = time.perf_counter()
        await check_many(SYSTEM, [each], LATEST)
        found.append((time.perf_counter() - started) * 1_000_000)
    return found


async def _write_to_group(report: Report, tuples: int) -> None:
    """A user joins and leaves a group that a hundred thousand documents are shared with."""
    count = min(100_000, tuples // 10)
    schema = drive.make_rules().schema
    group, document = schema.types["group"].id, schema.types[DOCUMENT].id
    await load(
        list(to_lines(schema, (Row(document, f"hub-{n}", "viewer", group, "hub", "member") for n in range(count))))
    )

    async def turn(n: int) -> tuple[float, float, list[float]]:
        key = TupleKey("group", "hub", "member", "user", f"joiner-{n % 2}")
        question = _view(f"joiner-{n % 2}", f"hub-{n}")
        joins = n % 4 < 2
        token, commit = await (write(touch=[key]) if joins else write(delete=[key]))
        seen = await _seen(token, question, is_allowed=joins)
        return commit, seen, await _others([_view("joiner-0", f"hub-{m}") for m in range(200)])

    await _hub(report, f"user joins or leaves a group with {count:,} grants", turn)


async def _move_folder(report: Report, tuples: int) -> None:
    """A folder with ten thousand documents goes from one parent to another; each is shared with a user of its own."""
    count = min(10_000, tuples // 10)
    schema = drive.make_rules().schema
    folder, document = schema.types[FOLDER].id, schema.types[DOCUMENT].id
    await load(list(to_lines(schema, (Row(document, f"moved-{n}", "parent", folder, "moved") for n in range(count)))))
    viewers = [TupleKey(FOLDER, f"above-{n}", "viewer", "user", f"mover-{n}") for n in range(2)]
    places = [TupleKey(FOLDER, "moved", "parent", FOLDER, f"above-{n}") for n in range(2)]
    await write(touch=[*viewers, places[1]])

    async def turn(n: int) -> tuple[float, float, list[float]]:
        token, commit = await write(touch=[places[n % 2]], delete=[places[1 - n % 2]])
        seen = await _seen(token, _view(f"mover-{n % 2}", "moved-7"), is_allowed=True)
        others = [_view(f"mover-{m % 2}", f"moved-{m}") for m in range(200)]
        return commit, seen, await _others(others)

    await _hub(report, f"folder with {count:,} documents moves", turn)


def _view(user: str, document: str) -> Check:
    return Check(SubjectRef("user", user), "view", EntityRef(DOCUMENT, document))


async def _hub(report: Report, row: str, turn: Callable[[int], Awaitable[tuple[float, float, list[float]]]]) -> None:
    await turn(0)
    turns = [await turn(n) for n in range(1, 10 * ROUNDS + 1)]
    for column, values, includes in (
        ("commit", [each[0] for each in turns], _HUB_COMMIT),
        ("seen", [each[1] for each in turns], _HUB_SEEN),
    ):
        note = late(values, "ms")
        report.rounds(WRITES, row, column, values, "ms", note=note, includes=includes)
    after = [each for _, _, times in turns for each in times]
    includes = "200 checks of other entities below the hub right after the write, each"
    report.rounds(WRITES, row, "checks after", after, "µs", note=late(after, "µs"), includes=includes)
