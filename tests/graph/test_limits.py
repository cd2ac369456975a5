"""Documents that ask for too much are refused before they run."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from app.graph.cost import build_weights, weigh
from app.graph.documents import CACHE_CHARACTERS, Documents, InvalidDocument, Prepared
from app.graph.limits import MAX_FIELDS, MAX_FRAGMENTS, MAX_OPERATIONS, Limits, TooComplex
from app.graph.schema import graphql_schema
from app.kit.runtime import override, settings
from app.users import service as users
from tests.graph.support import execute, refusal
from tests.support import as_user, counted_statements, make_admin


def prepare(source: str, **changes: int) -> Prepared:
    chosen = Limits.of(settings())
    values = {name: getattr(chosen, name) for name in Limits.__slots__}
    return Documents(graphql_schema).prepare(source, Limits(**{**values, **changes}))


def refused(source: str, **changes: int) -> str:
    with pytest.raises(TooComplex) as caught:
        prepare(source, **changes)
    return caught.value.code


def cost(source: str, **variables: object) -> int:
    weights = prepare(source).weights
    return weigh(next(iter(weights.values())), variables)


def test_depth_counts_levels_of_fields_through_fragments() -> None:
    source = "{ users { nodes { ...a } } } fragment a on User { ban { ... on UserBan { bannedBy { id } } } }"

    prepare(source, depth=5)

    assert refused(source, depth=4) == "graph_depth"


def test_a_deep_document_does_not_exhaust_the_parser() -> None:
    assert refused("{" + "a{" * 2_000 + "b" + "}" * 2_001) == "graph_depth"
    assert refused("{ node(id: " + "[" * 2_000 + "]" * 2_000 + ") { id } }") == "graph_depth"


def test_aliases_count_through_fragments() -> None:
    source = "{ a: server { ...f } b: server { ...f } } fragment f on Server { v: version }"

    prepare(source, aliases=4)

    assert refused(source, aliases=3) == "graph_aliases"


def test_tokens_are_bounded_while_parsing() -> None:
    source = "{ server { version } }"

    prepare(source, tokens=6)

    assert refused(source, tokens=5) == "graph_tokens"


def test_comments_are_bounded() -> None:
    assert refused("{ __typename }" + "#\n" * 600) == "graph_tokens"


def test_fields_fragments_and_operations_are_bounded() -> None:
    prepare("{ " + "server { version version version version } " * (MAX_FIELDS // 5) + "}")
    fragments = " ".join(f"fragment f{n} on Query {{ __typename }}" for n in range(MAX_FRAGMENTS + 1))

    assert refused("{ " + "__typename " * (MAX_FIELDS + 1) + "}") == "graph_fields"
    assert refused("{ ...f0 } " + fragments) == "graph_fragments"
    assert refused(" ".join(f"query q{n} {{ __typename }}" for n in range(MAX_OPERATIONS + 1))) == "graph_operations"


@pytest.mark.parametrize(
    "source",
    [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { ...b } fragment b on Query { server { version } ...a }",
        "{ __typename } fragment a on User { ban { bannedBy { ...a } } }",
    ],
)
def test_fragment_cycles_are_refused(source: str) -> None:
    assert refused(source) == "graph_cycles"


def test_fragments_that_double_at_every_step_are_measured_once_each() -> None:
    step = "fragment f{} on Query {{ a: server {{ version }} ...f{} ...f{} }}"
    chain = " ".join(step.format(n, n + 1, n + 1) for n in range(60))
    source = "{ ...f0 } " + chain + " fragment f60 on Query { __typename }"
    started = time.process_time()

    assert refused(source) == "graph_aliases"
    assert time.process_time() - started < 5


def test_the_widest_document_that_is_let_through_is_validated_in_reasonable_time() -> None:
    started = time.process_time()

    with suppress(TooComplex):
        prepare("{ " + "server { issuer } " * (MAX_FIELDS // 2) + "}")

    assert time.process_time() - started < 10


def test_nested_introspection_is_refused() -> None:
    source = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"

    with pytest.raises(InvalidDocument) as caught:
        prepare(source)

    assert caught.value.errors[0].message == "Maximum introspection depth exceeded"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{ __typename }", 0),
        ("{ server { version } }", 1),
        ("{ users { totalCount } }", 1),
        ("{ users { nodes { id } } }", 1 + 20),
        ("{ users(first: 5) { nodes { id } } }", 1 + 5),
        ("{ users(last: 5) { nodes { id } pageInfo { endCursor } } }", 1 + 5 + 1),
        ("{ users(first: 5) { edges { cursor node { id } } } }", 1 + 5),
        ("{ users(first: 5) { nodes { sessions(first: 3) { nodes { id user { id } } } } } }", 1 + 5 * (1 + 1 + 3 * 2)),
        ("{ users(first: 1000000) { nodes { id } } }", 1 + 100),
        ("{ users(first: -5) { nodes { id } } }", 1 + 1),
        ("{ signingKeys { id } }", 10),
        ("{ clients(first: 2) { nodes { secrets { id } } } }", 1 + 2 * (1 + 10)),
        ('{ nodes(ids: ["a", "b", "c"]) { id ... on User { ban { reason } } } }', 3 * 2),
        ("{ ...f } fragment f on Query { users(first: 4) { ...g } } fragment g on UserConnection { nodes { id } }", 5),
        ("{ __schema { types { name } } }", 2_000),
        ('{ __type(name: "User") { name } }', 200),
        ("mutation { userDelete(input: {id: 1}) { errors { code } } }", 1 + 10),
    ],
)
def test_cost_counts_nodes(source: str, expected: int) -> None:
    assert cost(source) == expected


def test_cost_is_counted_with_the_variables() -> None:
    source = "query ($n: Int, $m: Int) { users(first: $n, last: $m) { nodes { id } } }"

    assert [cost(source, n=7), cost(source, m=9), cost(source, n=7, m=None), cost(source)] == [8, 10, 8, 21]
    assert cost("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a"] * 12) == 12


async def test_a_default_of_a_variable_counts(database: None) -> None:
    answer = await execute("query ($n: Int = 50) { users(first: $n) { nodes { id } } }")

    assert answer["extensions"]["cost"]["requested"] == 51


async def test_a_costly_document_runs_no_statement() -> None:
    admin = as_user(await make_admin())
    source = "{ users(first: 100) { nodes { sessions(first: 100) { nodes { user { id } } } } } }"

    with counted_statements() as statements:
        assert await refusal(source, actor=admin) == ("TooComplex", "graph_cost")

    assert statements == []


async def test_a_document_over_a_limit_is_told_like_an_invalid_one(browser: httpx.AsyncClient) -> None:
    body = {"query": "{ " + "__typename " * (MAX_FIELDS + 1) + "}"}

    plain = await browser.post("/graphql", json=body)
    modern = await browser.post("/graphql", json=body, headers={"accept": "application/graphql-response+json"})

    assert [plain.status_code, modern.status_code] == [200, 400]
    extensions = modern.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions["reason"]) == ("LIMIT_REACHED", "graph_fields")
    assert "data" not in plain.json()


async def test_an_operation_that_takes_too_long_is_given_up(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await make_admin()

    async def stall(*arguments: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(users, "list_users", stall)
    with override(graphql_timeout=timedelta(milliseconds=20)):
        assert await refusal("{ users { nodes { id } } }", actor=as_user(admin)) == ("TimedOut", "graph_timeout")


def test_documents_are_kept_by_text_and_limits() -> None:
    documents = Documents(graphql_schema)
    limits = Limits.of(settings())
    source = "{ server { version } }"

    first = documents.prepare(source, limits)

    assert documents.prepare(source, limits) is first
    assert documents.prepare(source + " ", limits) is not first
    assert documents.prepare(source, Limits(9, 9, 99, 999)) is not first


def test_kept_documents_are_bounded_in_size() -> None:
    documents = Documents(graphql_schema)
    limits = Limits.of(settings())
    sources = ["{ __typename }".ljust(10_000 + n) for n in range(20)]

    kept = [documents.prepare(source, limits) for source in sources]

    assert documents.prepare(sources[-1], limits) is kept[-1]
    assert documents.prepare(sources[0], limits) is not kept[0]
    assert sum(len(source) for source, _ in documents._kept) <= CACHE_CHARACTERS


def test_weights_of_each_operation_are_kept_by_name() -> None:
    prepared = prepare("query A { server { version } } query B { users { nodes { id } } }")

    assert {name: weigh(weight, {}) for name, weight in prepared.weights.items()} == {"A": 1, "B": 21}
    assert build_weights(graphql_schema, prepared.document).keys() == {"A", "B"}
