"""`python -m tests.bench.authz.differential --peers DIR [--worlds 50] [--seed 0]`: are the answers the same?

Random small worlds: every check of every subject, and every list of objects, answered by our index, our walk (the
reference that SQL uses), OpenFGA and SpiceDB. Disagreements are printed with their world; the exit code is 1 then.
A peer that refuses a model is counted and left out of that world.

One difference is meant and not counted as a disagreement: `group:g#member` asked about `member` of `group:g` itself.
Both peers say yes to that; here a userset is in itself only if a tuple says so.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from app.authz.engine.index import Index
from app.authz.engine.listing import ObjectQuery, list_objects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import resolve
from app.authz.language.problems import ModelProblems
from app.authz.language.text import parse_model
from app.authz.types import Check, Decision, EntityRef, RelationTuple, SubjectRef, TupleKey
from tests.bench.authz.engine import make_rules, own, to_row
from tests.bench.authz.openfga import Openfga, WrongAnswers
from tests.bench.authz.peers import Peers, default_folder, find_peers
from tests.bench.authz.random_models import World, make_world
from tests.bench.authz.shapes import Fact
from tests.bench.authz.spicedb import SpicedbProcess
from tests.bench.authz.translate import Spicedb

# Subject (type, id, relation), relation, entity type, entity id.
Asked = tuple[tuple[str, str, str], str, str, str]
Listed = tuple[tuple[str, str, str], str, str]
# What one way of answering said, by question; text for an error.
Answers = Mapping[Asked | Listed, object]


@dataclass
class Tally:
    """What came of all worlds."""

    worlds: int = 0
    questions: int = 0
    allowed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    meant: int = 0


def checks_of(world: World) -> list[Asked]:
    return [
        (subject, relation, kind, entity)
        for subject, (kind, relation) in product(world.subjects, world.targets)
        for entity in world.entities(kind)
    ]


def lists_of(world: World) -> list[Listed]:
    return [(each, relation, kind) for each, (kind, relation) in product(world.subjects, world.targets) if not each[2]]


def to_tuple(fact: Fact) -> RelationTuple:
    entity_type, subject_type = own(fact.entity_type), own(fact.subject_type)
    return RelationTuple(
        TupleKey(entity_type, fact.entity_id, fact.relation, subject_type, fact.subject_id, fact.subject_relation)
    )


def to_subject(subject: tuple[str, str, str]) -> SubjectRef:
    return SubjectRef(own(subject[0]), subject[1], subject[2])


async def ask_ours(world: World) -> tuple[Answers, Answers]:
    """What the index says, and what the walk says.

    Raises:
        ModelProblems: the model is not one.
    """
    rules = make_rules(world.model)
    index = Index.build(rules, [to_row(rules.schema, each) for each in world.facts], 1)
    reader, graph = FactReader([to_tuple(each) for each in world.facts]), build_graph(rules.schema)
    asked = checks_of(world)
    checks = [Check(to_subject(who), relation, EntityRef(own(kind), name)) for who, relation, kind, name in asked]
    by_index: dict[Asked | Listed, object] = dict(zip(asked, map(_said, await index.check_many(checks)), strict=True))
    by_walk: dict[Asked | Listed, object] = dict(
        zip(asked, map(_said, await resolve(rules, reader, checks)), strict=True)
    )
    for listed in lists_of(world):
        who, relation, kind = listed
        query = ObjectQuery(to_subject(who), relation, own(kind), {})
        by_index[listed] = sorted(each.id for each in (await index.list_objects(query, limit=100))[0])
        by_walk[listed] = sorted(each.id for each in await list_objects(rules, graph, reader, query))
    return by_index, by_walk


def _said(resolution: object) -> object:
    return getattr(resolution, "decision") is Decision.ALLOWED  # noqa: B009


def ask_spicedb(database: SpicedbProcess, world: World) -> Answers:
    """What SpiceDB says.

    Raises:
        RuntimeError: it refuses the model or a tuple.
    """
    model = Spicedb(parse_model(world.model))
    database.start(model)
    database.load(model, world.facts)
    asked, lists = checks_of(world), lists_of(world)
    answers = database.check([(kind, name, relation, *who) for who, relation, kind, name in asked])
    listed = database.list_objects([(kind, relation, *who) for who, relation, kind in lists])["found"]
    return {**dict(zip(asked, answers, strict=True)), **dict(zip(lists, listed, strict=True))}


def ask_openfga(peers: Peers, world: World) -> Answers:
    """What OpenFGA says.

    Raises:
        WrongAnswers: it refuses the model.
    """
    database = Openfga(peers, world.model, world.facts)
    asked, lists = checks_of(world), lists_of(world)
    answers = database.answers([(_text(who), relation, f"{kind}:{name}") for who, relation, kind, name in asked])
    listed = database.listed([(_text(who), relation, kind) for who, relation, kind in lists])
    return {**dict(zip(asked, answers, strict=True)), **dict(zip(lists, listed, strict=True))}


def _text(subject: tuple[str, str, str]) -> str:
    kind, name, relation = subject
    return f"{kind}:{name}" + (f"#{relation}" if relation else "")


def find_disagreements(answers: Mapping[str, Answers]) -> Iterator[str]:
    """The questions to which not all say the same, in words."""
    first = next(iter(answers.values()))
    for question in first:
        said = {name: each[question] for name, each in answers.items()}
        if any(each != first[question] for each in said.values()) and not is_about_itself(question):
            who, relation, *entity = question
            yield f"{_text(who)} {relation} {':'.join(entity)}: " + ", ".join(f"{n} {v}" for n, v in said.items())


def is_about_itself(question: Asked | Listed) -> bool:
    """Whether a userset is asked about itself."""
    who, relation, *entity = question
    return (*entity, relation) == who


def compare_worlds(peers: Peers, seeds: Sequence[int]) -> Tally:
    """Ask everybody about every world."""
    tally = Tally()
    with _database(peers) as database:
        for seed in seeds:
            world = make_world(seed)
            try:
                answers = dict(zip(("index", "walk"), asyncio.run(ask_ours(world)), strict=True))
            except ModelProblems:
                tally.refused["Auther"] += 1
                continue
            if database.spicedb is not None:
                try:
                    answers["SpiceDB"] = ask_spicedb(database.spicedb, world)
                except RuntimeError as problem:
                    _refuse(tally, "SpiceDB", seed, problem)
            if peers.fga is not None:
                try:
                    answers["OpenFGA"] = ask_openfga(peers, world)
                except WrongAnswers as problem:
                    _refuse(tally, "OpenFGA", seed, problem)
            _count(tally, seed, world, answers)
    return tally


def _refuse(tally: Tally, name: str, seed: int, problem: Exception) -> None:
    tally.refused[name] += 1
    print(f"world {seed}: {name} refuses: {str(problem).strip()[:200]}")


def _count(tally: Tally, seed: int, world: World, answers: Mapping[str, Answers]) -> None:
    tally.worlds += 1
    tally.questions += len(answers["index"])
    tally.allowed += sum(1 for each in answers["index"].values() if each)
    found = list(find_disagreements(answers))
    tally.meant += sum(map(is_about_itself, answers["index"]))
    tally.disagreements += len(found)
    if found:
        facts = "\n".join(
            f"  {each.entity_type}:{each.entity_id}#{each.relation}@{_text(each[3:])}" for each in world.facts
        )
        print(f"world {seed}: {len(found)} disagreements\n{world.model}{facts}\n" + "\n".join(found[:20]), flush=True)


class _database:  # noqa: N801
    """SpiceDB while the block runs, None where it is not installed."""

    def __init__(self, peers: Peers) -> None:
        self.spicedb = SpicedbProcess(peers) if peers.has_spicedb else None

    def __enter__(self) -> _database:
        return self

    def __exit__(self, *error: object) -> None:
        if self.spicedb is not None:
            self.spicedb.__exit__(*error)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.authz.differential")
    parser.add_argument("--peers", type=Path, default=default_folder())
    parser.add_argument("--worlds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="the first world")
    given = parser.parse_args()
    peers = find_peers(given.peers)
    for each in peers.missing:
        print(each)
    tally = compare_worlds(peers, range(given.seed, given.seed + given.worlds))
    refused = ", ".join(f"{name} {count}" for name, count in tally.refused.items()) or "none"
    print(
        f"{tally.worlds} worlds, {tally.questions:,} questions, {tally.allowed:,} with a yes or something in the list"
    )
    print(f"refused models: {refused}; questions of usersets about themselves, left out: {tally.meant}")
    print(f"{tally.disagreements} disagreements")
    return 1 if tally.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
