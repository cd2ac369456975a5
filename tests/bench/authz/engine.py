"""Our engine in process: the index alone, one shape at one size."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psutil

from app.authz.engine.index import Builder, Index, Row
from app.authz.engine.listing import ObjectQuery
from app.authz.engine.resolve import Pending, Ruleset
from app.authz.engine.schema import Schema, build_schema
from app.authz.engine.system import SYSTEM_TYPE_IDS, system_model
from app.authz.language.text import parse_model
from app.authz.types import Decision, SubjectRef
from tests.bench.authz.shapes import SHAPES, Fact, ListQuestion, Question
from tests.bench.authz.timing import ROUNDS

CLIENT = "cli_bench"
BATCH = 20_000
# Different questions that a rate of first answers needs.
_COLD_FROM = 1_000
_OURS = frozenset(SYSTEM_TYPE_IDS) - {"group"}
Asked = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class EngineFigures:
    """What one shape at one size gave. Rates are checks a second, times µs, one of each for a round."""

    tuples: int
    build_seconds: float
    bytes: int
    cold: float | None
    hits: tuple[float, ...]
    misses: tuple[float, ...]
    anew: tuple[float, ...]
    hit_times: tuple[float, ...]
    miss_times: tuple[float, ...]
    list_times: tuple[float, ...]


def own(name: str, scope: str = CLIENT) -> str:
    """A bare type as the client's; `user` is the system's."""
    return name if name in _OURS else f"{scope}:{name}"


def make_rules(text: str) -> Ruleset:
    """The system's models and this one, owned by a client, so that both bypasses are tried on every check."""
    system, model = system_model(), parse_model(text)
    ids = {("", name): number for name, number in SYSTEM_TYPE_IDS.items()}
    ids |= {(CLIENT, each.name): number for number, each in enumerate(model.types, start=1_000)}
    return Ruleset(build_schema(system, {CLIENT: model}, ids))


def to_row(schema: Schema, fact: Fact) -> Row:
    entity, subject = schema.types[own(fact.entity_type)], schema.types[own(fact.subject_type)]
    return Row(entity.id, fact.entity_id, fact.relation, subject.id, fact.subject_id, fact.subject_relation)


def to_asked(question: Question) -> Asked:
    return ("user", question.user, "", question.action, own(question.type), question.id)


def batches(items: Iterable[Row], size: int = BATCH) -> Iterator[list[Row]]:
    source = iter(items)
    while batch := [item for _, item in zip(range(size), source, strict=False)]:
        yield batch


def build_index(rules: Ruleset, facts: Iterable[Fact]) -> tuple[Index, float]:
    """The index, and the seconds of building it; making the rows is not in them."""
    builder, seconds = Builder(rules), 0.0
    for batch in batches(to_row(rules.schema, fact) for fact in facts):
        started = time.perf_counter()
        builder.add(batch)
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    index = builder.finish(1)
    return index, seconds + time.perf_counter() - started


def measure_engine(name: str, size: int, count: int) -> EngineFigures:
    """Measure one shape in this process. Wrong answers end it."""
    shape = SHAPES[name](size)
    rules = make_rules(shape.model)
    gc.collect()
    before = psutil.Process().memory_info().rss
    index, seconds = build_index(rules, shape.facts())
    gc.collect()
    grown = psutil.Process().memory_info().rss - before
    hits = [to_asked(each) for each in shape.questions(count, hits=True)]
    misses = [to_asked(each) for each in shape.questions(count, hits=False)]
    asked_once = list({(each[1], each[5]): each for each in hits}.values())
    cold = rate(index, asked_once) if len(asked_once) >= _COLD_FROM else None
    verify(index, shape.mixed(min(count, 5_000)))
    anew = tuple(rate_anew(index, asked_once) for _ in range(ROUNDS))
    rate(index, hits)
    rate(index, misses)
    return EngineFigures(
        index.statistics()["tuples"],
        seconds,
        grown,
        cold,
        tuple(rate(index, hits) for _ in range(ROUNDS)),
        tuple(rate(index, misses) for _ in range(ROUNDS)),
        anew,
        tuple(times(index, hits)),
        tuple(times(index, misses)),
        tuple(asyncio.run(list_times(index, shape.lists(200)))),
    )


def rate(index: Index, asked: Sequence[Asked]) -> float:
    check = index.check
    started = time.perf_counter()
    for each in asked:
        check(*each)
    return len(asked) / (time.perf_counter() - started)


def rate_anew(index: Index, asked: Sequence[Asked]) -> float:
    """As right after a write: no answer is remembered, the sets are."""
    index.answers.clear()
    return rate(index, asked)


def times(index: Index, asked: Sequence[Asked]) -> list[float]:
    """µs of each check; reading the clock is in them."""
    check, now = index.check, time.perf_counter_ns
    found = []
    for each in asked:
        started = now()
        check(*each)
        found.append((now() - started) / 1_000)
    return found


def verify(index: Index, questions: Iterable[Question]) -> None:
    for each in questions:
        answer = index.check(*to_asked(each))
        assert not isinstance(answer, Pending)
        assert (answer.decision is Decision.ALLOWED) == each.is_allowed, each


async def list_times(index: Index, questions: Sequence[ListQuestion]) -> list[float]:
    """µs of a first page of 100 with the exact total, the second time each is asked."""
    found = []
    for turn in range(2):
        for each in questions:
            query = ObjectQuery(SubjectRef("user", each.user), each.action, own(each.type), {})
            started = time.perf_counter_ns()
            page, total = await index.list_objects(query, limit=100)
            if turn:
                found.append((time.perf_counter_ns() - started) / 1_000)
            assert (len(page), total) == (min(each.total, 100), each.total), each
    return found
