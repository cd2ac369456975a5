"""Nothing that an author writes or a caller sends may hold a worker up."""

from __future__ import annotations

import random
import threading
from time import thread_time
from typing import Any

import pytest

from app.authz.conditions import ConditionInvalid, Verdict, compile_condition
from app.authz.conditions.cost import weigh
from app.authz.conditions.program import TOO_HEAVY
from tests.authz.conditions.support import condition, program, verdict_of

MAX_SECONDS = 0.25
HUNDRED = str(list(range(1, 101)))
TOO_LONG = "Evaluating this could take too long: loops inside loops, or what grows in them."


def nested(levels: int, source: str) -> str:
    expression = "true"
    for level in range(levels):
        expression = f"{source}.all(x{level}, {expression})"
    return expression


def reason(expression: str, **types: str) -> str:
    with pytest.raises(ConditionInvalid) as caught:
        compile_condition(condition(expression, types))
    return caught.value.message.partition(": ")[2]


@pytest.mark.parametrize(
    "expression",
    [
        nested(3, HUNDRED),
        nested(5, HUNDRED),
        nested(3, "l"),
        nested(20, "[1, 2]"),
        "l.map(a, l).map(b, l.map(c, l)).size() > 0",
        "l.map(a, l.map(b, a + b)).size() > 0",
        "[l]" + "".join(f".map(x{n}, x{n} + x{n})" for n in range(20)) + ".size() > 0",
        "a.all(b, b.all(c, c.all(d, d.all(e, e == 1))))",
    ],
)
def test_loops_that_could_take_too_long_are_refused(expression: str) -> None:
    assert reason(expression, l="list<string>", a="any") == TOO_LONG


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("true || " * 640 + "true", "An expression may have 5000 bytes at most."),
        ("'" + "é" * 2_500 + "' == ''", "An expression may have 5000 bytes at most."),
        ("||".join(["true"] * 200), "The expression has more than 100 levels."),
        ("!" * 4_000 + "true", "The expression has more than 100 levels."),
        ("a" + ".b" * 2_000 + " == 1", "The expression has more than 100 levels."),
        ("(" * 2_400 + "true" + ")" * 2_400, "Brackets and calls may be 25 levels deep."),
        ("[" * 2_400 + "]" * 2_400 + " == []", "Brackets and calls may be 25 levels deep."),
        ("true ? false : " * 300 + "true", "Brackets and calls may be 25 levels deep."),
        ("s.matches('(a{1000}){1000}')", "This regular expression is too costly."),
        (r"s.matches('\\w{100}')", "This regular expression is too costly."),
        (r"s.matches('(?x) a { 1000 } { 1000 }')", "This regular expression is too costly."),
        (r"s.matches('((\\pL{9}){9}){9}')", "This regular expression is too costly."),
    ],
)
def test_what_is_too_long_too_deep_or_too_costly_is_refused(expression: str, message: str) -> None:
    assert reason(expression, a="any", s="string") == message


@pytest.mark.parametrize(
    "expression",
    [
        nested(2, HUNDRED),
        nested(1, "l"),
        nested(2, "l"),
        "l.all(x, l.exists(y, x == y))",
        "l.map(x, x + x).size() > 0",
        "l.filter(x, x != 'z').size() > 0",
        "l.map(x, l).map(y, l).map(z, l).size() > 0",
        "l.all(x, x in l)",
        "+".join(["l"] * 90) + " == l",
        "l.all(x, x.matches('^[a-z0-9]+$'))",
        "l.all(x, size(x) > 0)",
    ],
)
def test_as_much_as_is_accepted_is_gone_through_in_time(expression: str) -> None:
    heaviest: Verdict | None = None
    tested = program(expression, l="list<string>")

    for count in (20, 60, 180, 540, 1_600, 5_000, 15_000, 150_000):
        given = {"l": [f"v{n}" for n in range(count)]}
        begin = thread_time()
        heaviest = tested.evaluate({}, given)
        assert thread_time() - begin < MAX_SECONDS, count

    assert heaviest is not None
    assert heaviest.problem in {None, TOO_HEAVY} or "[a-z0-9]" in expression


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 30_000 + "b"),
        ("[ab]*a[ab]{1000}c", "ab" * 15_000),
        ("[ab]*a[ab]{20}c", "ab" * 15_000),
        ("(a?){100}c", "a" * 30_000),
        (r"\w{30}", "é" * 15_000),
        ("(.*a){300}c", "a" * 30_000),
        ("a" * 5_000, "a"),
        ("((((a{9}){9}){9}){9}){9}", "a"),
        ("[[a-z]&&[^b]]{900}", "a" * 30_000),
    ],
)
def test_a_regular_expression_out_of_the_context_ends_in_time(pattern: str, text: str) -> None:
    tested = program("s.matches(p) || s.matches(p) || s.matches(p)", s="string", p="string")

    begin = thread_time()
    verdict = tested.evaluate({"p": pattern}, {"s": text})

    assert thread_time() - begin < MAX_SECONDS
    assert verdict.problem in {None, "A regular expression in it is too costly."}


def test_a_malformed_regular_expression_out_of_the_context_leaves_it_undecided() -> None:
    tested = program("s.matches(p)", s="string", p="string")

    assert tested.evaluate({}, {"s": "a", "p": "["}).problem == "A regular expression in it is malformed."
    assert tested.evaluate({}, {"s": "abc", "p": "a.c"}) == Verdict(True)


def test_what_weighs_too_much_is_not_even_converted() -> None:
    begin = thread_time()
    verdict = verdict_of("size(x) > 1", "list<string>", ["a"] * 3_000_000)

    assert thread_time() - begin < MAX_SECONDS
    assert verdict == Verdict(None, (), TOO_HEAVY)
    assert verdict_of("x != 'b'", "string", "a" * 20_000_000).problem == TOO_HEAVY


def test_weight_is_counted_in_things_and_in_64_characters() -> None:
    assert weigh({"a": [1, None, "b" * 128]}, 1_000) == 1 + 1 + 1 + 2 + 1 + 2
    assert weigh([[0] * 10] * 10, 50) > 50


def test_the_deepest_expression_fits_a_small_stack() -> None:
    answers: list[Any] = []

    def run() -> None:
        answers.append(program("||".join(["a == 1"] * 97), a="any").evaluate({}, {"a": 2}).value)
        answers.append(program("!" * 97 + "a", a="bool").evaluate({}, {"a": True}).value)
        answers.append(program("(" * 20 + "a" + ")" * 20, a="bool").evaluate({}, {"a": True}).value)
        deep: Any = 1
        for _ in range(32):
            deep = {"a": deep}
        answers.append(program("a == a", a="any").evaluate({}, {"a": deep}).value)

    before = threading.stack_size(256 * 1024)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    threading.stack_size(before)

    assert answers == [False, False, True, True]


TYPES = {"x": "int", "s": "string", "l": "list<string>", "m": "map<any>", "a": "any", "t": "timestamp", "u": "uint"}
GIVEN = {"x": 1, "s": "a", "l": ["a"], "m": {"a": 1}, "a": [1, {"b": 2}], "t": "2023-10-11T10:00:00Z", "u": 3}
SHAPES = [
    "({} {} {})", "({} ? {} : {})", "!{}", "-{}", "{}.a", "{}[{}]", "[{}, {}]", "{{'a': {}}}", "size({})", "int({})",
    "{}.all(i, {})", "{}.exists(x, {})", "{}.map(i, {})", "{}.filter(s, {})", "has({}.a)", "{}.matches({})",
    "string({})", "timestamp({})", "{}.getHours({})", "{}.startsWith({})", "{}.in_cidr({})", "ipaddress({})",
]  # fmt: skip
OPERATORS = ["==", "!=", "<", ">=", "&&", "||", "+", "-", "*", "/", "%", "in"]
LEAVES = [*TYPES, "i", "0", "1", "2u", "1.5", "'a'", "r'\\'", "'[a-z]'", "true", "null", "[]", "{}", "'UTC'", "-1"]


def random_expression(chance: random.Random, depth: int) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(LEAVES)
    shape = chance.choice(SHAPES)
    parts = [random_expression(chance, depth - 1) for _ in range(shape.replace("{{", "").count("{}"))]
    if shape == SHAPES[0]:
        parts[1] = chance.choice(OPERATORS)
    return shape.format(*parts)


def outcome(expression: str) -> Verdict | None:
    try:
        return compile_condition(condition(expression, TYPES)).evaluate({}, GIVEN)
    except ConditionInvalid:
        return None


def test_nothing_but_a_refusal_comes_out_of_random_expressions() -> None:
    chance = random.Random(7)

    outcomes = [outcome(f"{random_expression(chance, 3)} == a") for _ in range(3_000)]

    verdicts = [each for each in outcomes if each]
    assert len(verdicts) > 300
    assert {each.value for each in verdicts} == {True, False, None}
    assert {each.missing for each in verdicts} == {()}


def test_nothing_but_a_refusal_comes_out_of_broken_text() -> None:
    chance = random.Random(11)
    letters = "xsl.()[]{}'\"\\,:?!=<&|+-*/ \n\t\0éu1e0@#`r"

    outcomes = [outcome("".join(chance.choices(letters, k=chance.randint(1, 12)))) for _ in range(3_000)]

    assert outcomes.count(None) > 2_900
