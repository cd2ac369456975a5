"""Turns the parser's refusal into a sentence that helps: what stood there, what was expected, what was meant."""

from __future__ import annotations

import difflib
import re
import unicodedata

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser
from lark.parsers.lalr_parser_state import ParserState

from app.authz.language.grammar import OPENING
from app.authz.language.problems import ModelProblem
from app.authz.types.model import Position

_WORD = re.compile(r"but[ \t]+not(?![\w./-])|[\w./-]+|.|\n", re.ASCII)
_MARKS = {"LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]", "LBRACE": "{", "RBRACE": "}", "LESSTHAN": "<"}
_MARKS |= {"MORETHAN": ">", "COLON": ":", "COMMA": ",", "HASH": "#", "STAR": "*"}
_PHRASES = {
    "NAME": "a name",
    "PARAMETER": "the name of a parameter",
    "TYPE_NAME": "a type such as `string` or `list<int>`",
    "VERSION": "`1.1`",
    "VERDICT": "`true`, `false` or `undecided`",
    "ENTITY": "an entity such as `document:1`",
    "SUBJECT": "a subject such as `user:anne`",
    "TUPLE": "a tuple such as `document:1#owner@user:anne`",
    "JSON_STRING": "a string in double quotes",
    "JSON_NUMBER": "a number",
    "JSON_WORD": "`true`, `false`, `null`",
    "_NL": "the end of the line",
    "$END": "the end of the text",
}
_OPERATORS = {"_OR", "_AND", "_BUT_NOT"}
# What only a new statement begins with: where one of these is refused within a bracket, the bracket was left open.
_STATEMENTS = {"define", "type", "relations", "permissions", "condition", "assertions", "given", "check"}
_RESERVED = {"and", "or", "from", "with", "define", "relations", "condition"}
_FIRST = "A model begins with `model` and, on the next line, `schema 1.1`."


def explain(error: UnexpectedInput, text: str) -> ModelProblem:
    """The problem behind an exception of the parser. `text` is what was parsed, with `\\n` as its line ends."""
    position = Position(max(error.line, 1), max(error.column, 1))
    if isinstance(error, UnexpectedCharacters):
        return _explain_character(_word_at(text, error.pos_in_stream), position)
    if not isinstance(error, UnexpectedToken) or not isinstance(error.state, ParserState):
        raise TypeError(f"the parser does not raise {type(error).__name__}") from error
    word = _word_at(text, error.token.start_pos) if error.token else ""
    # How the parser would go on: lookaheads that lead nowhere are left out.
    expected = InteractiveParser(None, error.state, error.state.lexer).accepts()  # type: ignore[no-untyped-call]
    return (
        _explain_bracket(error.state, word, position, text)
        or _explain_start(expected, position, word)
        or _explain_operator(expected, word, position)
        or _explain_word(expected, word, position)
    )


def _word_at(text: str, place: int | None) -> str:
    found = _WORD.match(text, place or 0)
    return found[0] if found else ""


def _explain_character(word: str, position: Position) -> ModelProblem:
    if word[:1] in {'"', "'"}:
        return _problem("This string is not closed.", position, f"Expected another `{word[0]}` on the same line.")
    return _problem(f"{_shown(word)} cannot stand here.", position)


def _explain_bracket(state: ParserState[int], word: str, position: Position, text: str) -> ModelProblem | None:
    opened = [value for value in state.value_stack if isinstance(value, Token) and value.type in OPENING]
    if word in {")", "]", "}"} and word not in [OPENING[each.type] for each in opened]:
        return _problem(f"This `{word}` closes nothing.", position)
    if not opened or (word and word not in _STATEMENTS):
        return None
    opening = opened[-1]
    closing = OPENING[opening.type]
    until = f"before `{word}` in line {position.line}" if word else "before the text ends"
    hint = f"Expected `{closing}` {until}."
    line = text[opening.end_pos or 0 :].partition("\n")[0]
    if re.search(rf"\s#[^\n]*{re.escape(closing)}", line):
        hint += " A `#` behind a space begins a comment."
    return _problem(f"This `{opening}` is not closed.", Position(opening.line or 1, opening.column or 1), hint)


def _explain_start(expected: set[str], position: Position, word: str) -> ModelProblem | None:
    if expected == {"_SCHEMA"}:
        return _problem(f"{_found(word)} after `model`; expected `schema 1.1`.", position, _FIRST)
    if expected != {"_MODEL"}:
        return None
    hint = _FIRST
    if word == "module":
        hint = "A module is a part of a model: combine the parts before, with the tool `fga`, and load the whole."
    return _problem(f"{_found(word)}; expected `model`.", position, hint)


def _explain_operator(expected: set[str], word: str, position: Position) -> ModelProblem | None:
    is_rewrite = bool(expected & {"HIERARCHY", "RPAR", *_OPERATORS})
    operator = " ".join(word.split())
    if operator not in {"or", "and", "but not"} or not is_rewrite:
        return None
    used = expected & _OPERATORS
    before = "`or`" if "_OR" in used else "`and`" if "_AND" in used else "`but not`"
    reason = (
        "`but not` has two sides only."
        if operator == "but not" and not used
        else f"`{operator}` cannot follow {before} without parentheses."
    )
    hint = "Say with parentheses what belongs together, as in `(a or b) and c` or `a but not (b or c)`."
    return ModelProblem("authz_model_operators", reason, position=position, hint=hint)


def _explain_word(expected: set[str], word: str, position: Position) -> ModelProblem:
    reason = f"{_found(word)}; expected {_listed(expected)}."
    if "_POLICY" in expected and word in {"or", "and", "from"}:
        reason = f"A permission names exactly one relation, so `{word}` cannot follow."
    elif "NAME" in expected and word in _RESERVED:
        reason = f"`{word}` is a word of the language and cannot be a name here."
    return _problem(reason, position, _hint(expected, word))


def _hint(expected: set[str], word: str) -> str | None:
    if word == "as" and "COLON" in expected:
        return "This is schema 1.0. Since 1.1 one writes `define viewer: [user] or editor`."
    if "_POLICY" in expected and word in {"or", "and", "from"}:
        return "Define a relation for what belongs together, and name that one."
    if word == "extend" and "_TYPE" in expected:
        return "Only modules extend types: combine them before, with the tool `fga`, and load the whole."
    if word == "define" and "_RELATIONS" in expected:
        return "Relations stand below a line `relations`, permissions below a line `permissions`."
    if "NAME" in expected and word and not word.isascii():
        return "A name is made of the letters a to z, digits, `_`, `-`, `.` and `/`."
    keywords = [_keyword(kind) for kind in expected if kind not in _PHRASES and kind not in _MARKS]
    close = difflib.get_close_matches(word[:64], [*keywords, *(["relations"] if "_NL" in expected else [])], n=1)
    return f"Did you mean `{close[0]}`?" if close and close[0] != word else None


def _keyword(kind: str) -> str:
    return kind.lower().strip("_").replace("_", " ")


def _listed(expected: set[str]) -> str:
    phrases = [f"`{_keyword(kind)}`" for kind in sorted(expected - set(_PHRASES) - set(_MARKS), key=_keyword)]
    phrases += [f"`{mark}`" for mark in sorted(_MARKS[kind] for kind in expected & set(_MARKS))]
    phrases += [phrase for kind, phrase in _PHRASES.items() if kind in expected]
    if any(kind.startswith("CEL") for kind in expected):
        phrases = ["an expression"]
    return " or ".join(part for part in (", ".join(phrases[:-1]), phrases[-1]) if part)


def _found(word: str) -> str:
    return f"Found {_shown(word)}" if word else "The text ends too early"


def _shown(word: str) -> str:
    if word == "\n":
        return "the end of the line"
    if len(word) == 1 and not word.isascii():
        return f"`{word}` (U+{ord(word):04X}, {unicodedata.name(word, 'no name').lower()})"
    return f"`{word[:64]}`"


def _problem(reason: str, position: Position, hint: str | None = None) -> ModelProblem:
    return ModelProblem("authz_model_syntax", reason, position=position, hint=hint)
