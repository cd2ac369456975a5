"""What plans do, what they leave to graphql-core, and where they end."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse
from graphql.execution import Executor
from graphql.execution.values import VariableValues, get_variable_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.graph.documents import InvalidDocument
from app.graph.plans.operations import MAX_PLANS
from app.graph.plans.variables import Variables
from app.kit.errors import AppError
from tests.graph.plans.synthetic import (
    Later,
    Refused,
    Row,
    describe,
    graphql_schema,
    prepare,
    run,
)


def row(**values: object) -> Row:
    """A row whose `thing` is another one with these values."""
    return Row({"thing": Row(values)})


async def same(document: str, root: object, variables: dict[str, Any] | None = None) -> Any:
    """What both ways of running give, which has to be the same."""
    prepared = prepare(document)
    planned, calls = await run(prepared, root, variables or {}, planned=True)
    plain, plain_calls = await run(prepared, root, variables or {}, planned=False)
    assert describe(planned) == describe(plain)
    assert calls == plain_calls
    return planned


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("graphql-core was asked")


async def test_what_is_as_expected_needs_nothing_of_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("execute_field", "execute_fields", "complete_value", "collect_subfields"):
        monkeypatch.setattr(Executor, name, refuse)
    child = Row({"text": "c", "slow_text": Later(2, "late"), "flag": True, "colour": "green"})
    root = row(children=[child, None, child], sync_text="s", slow_child=child, texts=["a"], grid=[[1, None], None])
    document = """query Q($times: Int!) { thing {
      __typename a: syncText b: syncText(times: $times) texts grid
      children { text slowText(colour: VERT) colour } slowChild { flag text } } }"""

    planned, calls = await run(prepare(document), root, {"times": 7}, planned=True)

    written = {"text": "c", "slowText": "late", "colour": "VERT"}
    assert planned.errors is None
    assert planned.data == {
        "thing": {
            "__typename": "Thing",
            "a": "s",
            "b": "s",
            "texts": ["a"],
            "grid": [[1, None], None],
            "children": [written, None, written],
            "slowChild": {"flag": True, "text": "c"},
        }
    }
    assert [name for name, _ in calls].count("sync_text") == 2
    assert ("sync_text", (7,)) in calls


async def test_a_mutation_runs_once_whatever_it_gives() -> None:
    for value in (object(), Refused("no"), "a text", Row({}), Row({"text": 5, "sync_text": Refused("no")})):
        root = Row({"slow_child": value, "sure_sync": value})
        document = "mutation { a: change(times: 1) { text syncText } b: change(times: 2) { sureSync } set }"

        planned, calls = await run(prepare(document), root, {}, planned=True)

        assert [each for each in calls if each[0] == "slow_child"] == [("slow_child", (1,)), ("slow_child", (2,))]
        assert planned.errors


async def test_after_a_mutation_that_must_not_be_null_nothing_runs() -> None:
    result = await same("mutation { set change(times: 1) { text } }", Row({"sure_sync": Refused("no")}))

    assert result.data is None
    assert [error.path for error in result.errors] == [["set"]]


async def test_errors_come_in_the_order_and_at_the_places_of_graphql_core() -> None:
    child = Row({"sync_text": Refused("sync"), "slow_text": Later(3, Refused("slow")), "number": "three"})
    root = row(children=[child, child, Row({"slow_text": Later(1, Refused("early")), "number": 2})], number=[])

    result = await same("{ thing { number children { slowText syncText number } } }", root)

    assert [error.path for error in result.errors][:3] == [
        ["thing", "number"],
        ["thing", "children", 0, "syncText"],
        ["thing", "children", 0, "number"],
    ]
    assert len(result.errors) == 8


async def test_a_document_has_no_larger_plans_than_its_text() -> None:
    fragments = "".join(
        f"fragment F{n} on Thing {{ a: child {{ ...F{n + 1} }} b: child {{ ...F{n + 1} }} }} " for n in range(9)
    )
    document = f"{{ thing {{ ...F0 }} }} {fragments} fragment F9 on Thing {{ text number }}"
    prepared, deep = prepare(document), Row({"text": "deep", "number": 1})
    for _ in range(12):
        deep = Row({"child": deep, "text": "t", "number": 2})

    planned, _ = await run(prepared, Row({"thing": deep}), {}, planned=True)
    plain, _ = await run(prepared, Row({"thing": deep}), {}, planned=False)

    (operation,) = prepared.operations.values()
    plan = operation.plan(VariableValues({}, {}))
    assert plan is not None
    assert describe(planned) == describe(plain)
    assert len(plan._own) <= len(document) // 3
    assert operation._room.fields < 3


async def test_conditions_have_a_plan_each_up_to_a_bound() -> None:
    names = [f"v{n}" for n in range(5)]
    fields = " ".join(f"a{name}: text @include(if: ${name})" for name in names)
    document = f"query Q({', '.join(f'${name}: Boolean!' for name in names)}) {{ thing {{ {fields} }} }}"
    prepared = prepare(document)
    (operation,) = prepared.operations.values()
    root, plans = row(text="t"), set()
    for number in range(2 ** len(names)):
        variables = {name: bool(number >> n & 1) for n, name in enumerate(names)}
        coerced = operation.coerce(variables)
        assert not isinstance(coerced, list)
        plan = operation.plan(coerced)
        plans.add(plan)
        result, _ = await run(prepared, root, variables, planned=plan is not None)
        assert result.data == {"thing": {f"a{name}": "t" for name in names if variables[name]}}

    assert len(plans - {None}) == MAX_PLANS


async def test_a_condition_that_is_null_is_left_to_graphql_core() -> None:
    prepared = prepare("query Q($yes: Boolean = true) { thing { text @include(if: $yes) } }")
    (operation,) = prepared.operations.values()
    coerced = operation.coerce({"yes": None})

    assert not isinstance(coerced, list)
    assert operation.plan(coerced) is None
    result, _ = await run(prepared, row(text="t"), {"yes": None}, planned=False)
    assert result.errors is not None


async def test_each_request_has_inputs_of_its_own() -> None:
    document = 'query Q($q: Question = {text: "v", sizes: [{width: 1}]}) { thing { echo(question: $q) } }'
    prepared = prepare(document)
    (operation,) = prepared.operations.values()

    first, second = operation.coerce({}), operation.coerce({})

    assert not isinstance(first, list)
    assert not isinstance(second, list)
    first.coerced["q"]["sizes"].clear()
    assert [each["width"] for each in second.coerced["q"]["sizes"]] == [1]


async def test_introspection_and_interfaces_are_answered() -> None:
    document = (
        '{ __schema { queryType { name fields { name } } } __type(name: "Being") { kind } being { __typename id } }'
    )

    result = await same(document, Row({"being": Row({"id": "1"})}))

    assert result.data["__type"] == {"kind": "INTERFACE"}
    assert result.data["being"] == {"__typename": "Thing", "id": "1"}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**33)
    | st.floats(allow_nan=False)
    | st.sampled_from(("RED", "VERT", "x")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("text", "size", "sizes", "odd", "colour", "width", "unit", "more")), inner)
    ),
    max_leaves=8,
)
SIZES = st.fixed_dictionaries({"width": st.integers(-3, 3)}, optional={"unit": JSON, "colours": JSON})
QUESTIONS = st.fixed_dictionaries(
    {"text": st.text(max_size=3)},
    optional={"size": SIZES | JSON, "sizes": st.lists(SIZES) | JSON, "odd": JSON, "colour": JSON},
)
DECLARED = (
    "Question", "Question!", "[Size!]!", "[[Int]]", "Int! = 3", "Colour = VERT", "ID", "Float", "Boolean!", "Odd",
    '[ID!] = "one"', "String = null", 'Question = {text: "d"}',
)  # fmt: skip


def show(coerced: VariableValues | list[GraphQLError]) -> object:
    """What can be seen of coerced variables, or of what is wrong with them."""
    if isinstance(coerced, list):
        return [(error.message, error.locations) for error in coerced]
    return repr(coerced.coerced), [(name, each.value) for name, each in coerced.sources.items()]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(DECLARED), st.dictionaries(st.sampled_from(("v", "w")), QUESTIONS | JSON, max_size=2))
def test_variables_are_coerced_as_graphql_core_does(declared: str, given: dict[str, Any]) -> None:
    (operation,) = parse(f"query Q($v: {declared}) {{ __typename }}").definitions
    assert isinstance(operation, OperationDefinitionNode)

    ours = Variables(graphql_schema, operation).coerce(given)
    theirs = get_variable_values(graphql_schema, operation.variable_definitions or (), given, max_errors=50)

    assert show(ours) == show(theirs)


async def test_names_of_operations_are_found_as_graphql_core_finds_them() -> None:
    prepared = prepare("query A { __typename } query B { thing { text } }")

    assert prepared.find("B") is prepared.operations["B"]
    assert prepared.find("C") is None
    assert prepared.find(None) is None
    assert prepare("{ __typename }").find(None) is not None
    assert prepare("query A { __typename }").find(None) is not None
    assert prepare("{ __typename }").find("A") is None
    with pytest.raises((InvalidDocument, AppError)):
        prepare("fragment F on Thing { text }")
