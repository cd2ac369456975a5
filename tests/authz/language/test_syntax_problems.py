"""What a text is told that is not of the language: where it goes wrong, what was expected, what was perhaps meant."""

from __future__ import annotations

import pytest

from tests.authz.language.support import HEAD, places, refused

BEGIN = "A model begins with `model` and, on the next line, `schema 1.1`."
PARENTHESES = "Say with parentheses what belongs together, as in `(a or b) and c` or `a but not (b or c)`."
AFTER_REWRITE = "`and`, `but not`, `from`, `hierarchy`, `or` or the end of the line"
AFTER_RELATIONS = "`assertions`, `condition`, `define`, `permissions`, `type` or the end of the text"
SPELLING = "A name is made of the letters a to z, digits, `_`, `-`, `.` and `/`."


@pytest.mark.parametrize(
    ("text", "line", "column", "reason", "hint"),
    [
        ("", 1, 1, "The text ends too early; expected `model`.", BEGIN),
        ("type user\n", 1, 1, "Found `type`; expected `model`.", BEGIN),
        ("model\ntype user\n", 2, 1, "Found `type` after `model`; expected `schema 1.1`.", BEGIN),
        ("model\n  schema1.1\n", 2, 3, "Found `schema1.1` after `model`; expected `schema 1.1`.", BEGIN),
        ("model\n  schema 11\n", 2, 10, "Found `11`; expected `1.1`.", None),
        (
            "module core\ntype user\n",
            1,
            1,
            "Found `module`; expected `model`.",
            "A module is a part of a model: combine the parts before, with the tool `fga`, and load the whole.",
        ),
        (
            HEAD + "    define a: [user]\nextend type doc\n",
            7,
            1,
            f"Found `extend`; expected {AFTER_RELATIONS}.",
            "Only modules extend types: combine them before, with the tool `fga`, and load the whole.",
        ),
        (
            "model\n  schema 1.1\ntype doc\n  define a: [user]\n",
            4,
            3,
            "Found `define`; expected `assertions`, `condition`, `permissions`, `relations`, `type` or the end of the "
            "text.",
            "Relations stand below a line `relations`, permissions below a line `permissions`.",
        ),
        (HEAD + "    defne a: [user]\n", 6, 5, f"Found `defne`; expected {AFTER_RELATIONS}.", "Did you mean `define`?"),
        (HEAD + "    define a: b form c\n", 6, 17, f"Found `form`; expected {AFTER_REWRITE}.", "Did you mean `from`?"),
        (HEAD + "    define a: b but c\n", 6, 17, f"Found `but`; expected {AFTER_REWRITE}.", "Did you mean `but not`?"),
        (HEAD + "    define a: b c\n", 6, 17, f"Found `c`; expected {AFTER_REWRITE}.", None),
        (
            HEAD + "    define a as self\n",
            6,
            14,
            "Found `as`; expected `:`.",
            "This is schema 1.0. Since 1.1 one writes `define viewer: [user] or editor`.",
        ),
        (HEAD + "    define a: []\n", 6, 16, "Found `]`; expected a name.", None),
        (HEAD + "    define a: [user:*:*]\n", 6, 22, "Found `:`; expected `with`, `,` or `]`.", None),
        (HEAD + "    define a:\n", 6, 14, "Found the end of the line; expected `(`, `[` or a name.", None),
        (HEAD + "    define a: b or", 6, 19, "The text ends too early; expected `(`, `[` or a name.", None),
        (
            HEAD + "    define from: [user]\n",
            6,
            12,
            "`from` is a word of the language and cannot be a name here.",
            None,
        ),
        (HEAD + "    define a: or b\n", 6, 15, "`or` is a word of the language and cannot be a name here.", None),
        (
            HEAD + "    define é: [user]\n",
            6,
            12,
            "Found `é` (U+00E9, latin small letter e with acute); expected a name.",
            SPELLING,
        ),
        (
            HEAD + "    define a: [user\u00a0]\n",
            6,
            20,
            "Found `\u00a0` (U+00A0, no-break space); expected `with`, `#`, `,`, `:` or `]`.",
            None,
        ),
        (HEAD + "    define a: b)\n", 6, 16, "This `)` closes nothing.", None),
        (
            HEAD + "    define a: (b or c\n    define d: [user]\n",
            6,
            15,
            "This `(` is not closed.",
            "Expected `)` before `define` in line 7.",
        ),
        (
            HEAD + "    define a: [user #member]\n",
            6,
            15,
            "This `[` is not closed.",
            "Expected `]` before the text ends. A `#` behind a space begins a comment.",
        ),
        (
            HEAD + "  permissions\n    define a: b or c\n",
            7,
            17,
            "A permission names exactly one relation, so `or` cannot follow.",
            "Define a relation for what belongs together, and name that one.",
        ),
        (
            HEAD + 'condition a(x: int) { x == "1 }\n',
            6,
            28,
            "This string is not closed.",
            'Expected another `"` on the same line.',
        ),
        (
            HEAD + "condition a(x: int) { x == 1\n",
            6,
            21,
            "This `{` is not closed.",
            "Expected `}` before the text ends.",
        ),
        (HEAD + "condition a(x: int) { }\n", 6, 23, "Found `}`; expected an expression.", None),
        (HEAD + "condition a() {#x }\n", 6, 16, "Found `#`; expected an expression.", None),
        (HEAD + "condition a(int) { x }\n", 6, 16, "Found `)`; expected `:`.", None),
        (
            HEAD + "condition a(x: list<) { x }\n",
            6,
            21,
            "Found `)`; expected a type such as `string` or `list<int>`.",
            None,
        ),
        (
            HEAD + "assertions\n  given\n    doc:1#owner\n",
            8,
            5,
            "Found `doc`; expected `assertions`, `check`, `condition`, `given`, `type`, "
            "a tuple such as `document:1#owner@user:anne` or the end of the text.",
            None,
        ),
        (
            HEAD + "assertions\n  check user:a b c:d is maybe\n",
            7,
            25,
            "Found `maybe`; expected `true`, `false` or `undecided`.",
            None,
        ),
        (
            HEAD + "assertions\n  check anne b c:d is true\n",
            7,
            9,
            "Found `anne`; expected a subject such as `user:anne`.",
            None,
        ),
    ],
)
def test_a_mistake_of_form(text: str, line: int, column: int, reason: str, hint: str | None) -> None:
    [problem] = refused(text)

    assert (problem.code, problem.position and (problem.position.line, problem.position.column)) == (
        "authz_model_syntax",
        (line, column),
    )
    assert (problem.reason, problem.hint) == (reason, hint)
    assert problem.message == f"Line {line}, column {column}: {reason}"
    assert not problem.is_warning


@pytest.mark.parametrize(
    ("rewrite", "column", "reason"),
    [
        ("a or b and c", 22, "`and` cannot follow `or` without parentheses."),
        ("a and b but not c", 23, "`but not` cannot follow `and` without parentheses."),
        ("a but not b or c", 27, "`or` cannot follow `but not` without parentheses."),
        ("a but not b   but   not c", 29, "`but not` has two sides only."),
        ("(a or b and c) but not d", 23, "`and` cannot follow `or` without parentheses."),
    ],
)
def test_mixed_operators_ask_for_parentheses(rewrite: str, column: int, reason: str) -> None:
    [problem] = refused(HEAD + f"    define x: {rewrite}\n")

    assert places([problem]) == [("operators", 6, column)]
    assert (problem.reason, problem.hint) == (reason, PARENTHESES)


@pytest.mark.parametrize(
    ("json", "column", "reason"),
    [
        ('{"a": 1, "b": {"c": 1, "c": 2}}', 50, '"c" stands twice in this object.'),
        ('{"a": 1e999}', 33, "The number 1e999 is too large."),
        ('{"a": "\\q"}', 33, "This is no JSON string."),
        ('{"a": "\\u0000"}', 33, "NUL and halves of surrogate pairs cannot be stored."),
        ('{"a": "\\ud800"}', 33, "NUL and halves of surrogate pairs cannot be stored."),
    ],
)
def test_json_that_cannot_be(json: str, column: int, reason: str) -> None:
    [problem] = refused(HEAD + f"assertions\n  check user:a b c:d with {json} is true\n")

    assert places([problem]) == [("json", 7, column)]
    assert problem.reason == reason


def test_another_version_of_the_language() -> None:
    [problem] = refused("model\n  schema 1.0\ntype user\n")

    assert places([problem]) == [("version", 2, 10)]
    assert problem.reason == "Schema 1.0 is not supported; expected `1.1`."
    assert problem.hint == "Since 1.1 a relation says whom its tuples name, as in `define viewer: [user] or editor`."


def test_several_mistakes_are_reported_at_once() -> None:
    text = HEAD + (
        "    defne a: [user]\n"
        "    define b: [user]\n"
        "    define c: a or b and d\n"
        "    define d: [user,\n"
        "      group#member\n"
        "    define e: a\n"
        "  permissions\n"
        "    define f: a policy\n"
        "assertions\n"
        "  check user:a b is true\n"
    )

    assert places(refused(text)) == [
        ("syntax", 6, 5),
        ("operators", 8, 22),
        ("syntax", 9, 15),
        ("syntax", 13, 23),
        ("syntax", 15, 18),
    ]


def test_no_more_mistakes_are_reported_than_one_would_read() -> None:
    assert len(refused(HEAD + "    define a b\n" * 40)) == 10


def test_a_problem_is_shown_as_a_compiler_would() -> None:
    [problem] = refused(HEAD + "\tdefine a: b form c\n")

    assert problem.excerpt == "\tdefine a: b form c\n\t            ^"
    assert problem.render("model.fga") == (
        "model.fga:6:14: error: Found `form`; expected `and`, `but not`, `from`, `hierarchy`, `or` or the end of the "
        "line.\n\tdefine a: b form c\n\t            ^\nDid you mean `from`?"
    )
