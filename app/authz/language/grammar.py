"""The parser of the modelling language, made once, and what it makes of a text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from lark import Lark, Token, Transformer, v_args
from lark.lark import PostLex

from app.authz.language.characters import UNSTORABLE
from app.authz.language.limits import MAX_NESTING
from app.authz.language.problems import ModelProblem
from app.authz.language.tuple_text import parse_tuple
from app.authz.types.model import (
    Arrow,
    Assertion,
    Computed,
    Direct,
    DirectType,
    Exclusion,
    Intersection,
    Parameter,
    ParameterType,
    Permission,
    Position,
    Relation,
    Rewrite,
    TypeDefinition,
    Union,
)
from app.authz.types.tuples import ConditionRef, RelationTuple

OPENING = {"LPAR": ")", "LSQB": "]", "LBRACE": "}", "LESSTHAN": ">"}
_CLOSING = {"RPAR", "RSQB", "RBRACE", "MORETHAN"}
_VERDICTS = {"true": True, "false": False, "undecided": None}


class Body(NamedTuple):
    """The words of a CEL expression as they stand in the text."""

    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A condition whose expression has still to be cut out of the text."""

    name: Token
    parameters: tuple[Parameter, ...]
    body: Body


@dataclass(frozen=True, slots=True)
class Parsed:
    """What stands in a text, in its order."""

    version: Token
    items: tuple[object, ...]


class Lines(PostLex):
    """Line ends count between statements only: not within brackets, not twice, not first; the last is always there."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Raises: ModelProblem, when brackets nest deeper than anyone reads."""
        depth, cel_depth, is_open, token = 0, 0, False, None
        for token in stream:
            kind = token.type
            if kind == "_NL":
                if depth or not is_open:
                    continue
                is_open = False
            else:
                is_open = True
                if kind in OPENING:
                    depth += 1
                elif kind in _CLOSING:
                    depth, cel_depth = max(depth - 1, 0), 0
                elif kind == "CEL_MARK":
                    cel_depth += (token in "([") - (token in ")]")
                if depth + cel_depth > MAX_NESTING:
                    raise _too_deep(token)
            yield token
        if is_open and token is not None:
            yield Token("_NL", "", token.end_pos, token.end_line, token.end_column)


def _too_deep(token: Token) -> ModelProblem:
    reason = f"Brackets nest deeper than {MAX_NESTING} levels here."
    return ModelProblem("authz_model_nesting", reason, position=position_of(token))


def position_of(token: Token) -> Position:
    """Where a word stands."""
    return Position(token.line or 1, token.column or 1)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the parts of a model while the text is read; each method is a rule of the grammar."""

    def model(self, version: Token, *items: object) -> Parsed:
        return Parsed(version, items)

    def only_rewrite(self, rewrite: Rewrite) -> Rewrite:
        return rewrite

    def only_body(self, body: Body) -> Body:
        return body

    def type_definition(
        self, name: Token, relations: tuple[Relation, ...] | None, permissions: tuple[Permission, ...] | None
    ) -> TypeDefinition:
        return TypeDefinition(str(name), relations or (), permissions or (), position_of(name))

    def relations(self, *relations: Relation) -> tuple[Relation, ...]:
        return relations

    def permissions(self, *permissions: Permission) -> tuple[Permission, ...]:
        return permissions

    def relation(self, name: Token, rewrite: Rewrite, hierarchy: Token | None) -> Relation:
        return Relation(str(name), rewrite, hierarchy is not None, position_of(name))

    def permission(self, name: Token, relation: Token, policy: Token | None) -> Permission:
        named, policy_at = (str(policy), position_of(policy)) if policy else (None, None)
        return Permission(str(name), str(relation), named, position_of(name), position_of(relation), policy_at)

    def union(self, *parts: Rewrite) -> Union:
        return Union(parts)

    def intersection(self, *parts: Rewrite) -> Intersection:
        return Intersection(parts)

    def exclusion(self, base: Rewrite, subtracted: Rewrite) -> Exclusion:
        return Exclusion(base, subtracted)

    def computed(self, name: Token) -> Computed:
        return Computed(str(name), position_of(name))

    def arrow(self, relation: Token, tupleset: Token) -> Arrow:
        return Arrow(str(relation), str(tupleset), position_of(relation), position_of(tupleset))

    def direct(self, opening: Token, *types: DirectType) -> Direct:
        return Direct(types, position_of(opening))

    def direct_type(self, name: Token, suffix: str | None, condition: Token | None) -> DirectType:
        relation = suffix if suffix and suffix != "*" else ""
        return DirectType(
            str(name), relation, suffix == "*", None if condition is None else str(condition), position_of(name)
        )

    def wildcard(self) -> str:
        return "*"

    def userset(self, relation: Token) -> str:
        return str(relation)

    def condition(self, name: Token, *parts: Parameter | Body | None) -> Unfinished:
        parameters = tuple(part for part in parts if isinstance(part, Parameter))
        return Unfinished(name, parameters, next(part for part in parts if isinstance(part, Body)))

    def parameter(self, name: Token, kind: ParameterType) -> Parameter:
        return Parameter(str(name), kind, position_of(name))

    def parameter_type(self, name: Token, item: ParameterType | None) -> ParameterType:
        return ParameterType(str(name), item)

    def body(self, *tokens: Token) -> Body:
        return Body(tokens)

    def assertions(self, *parts: tuple[RelationTuple, ...] | Assertion) -> tuple[Assertion, ...]:
        found: list[Assertion] = []
        given: tuple[RelationTuple, ...] = ()
        for part in parts:
            if isinstance(part, Assertion):
                found.append(replace(part, given=given))
            else:
                given = part
        return tuple(found)

    def given(self, *facts: RelationTuple) -> tuple[RelationTuple, ...]:
        return facts

    def fact(self, text: Token, condition: Token | None, context: dict[str, object] | None) -> RelationTuple:
        named = ConditionRef(str(condition), context or {}) if condition else None
        return RelationTuple(parse_tuple(text), named)

    def fact_with_policy(self, text: Token, policy: Token) -> RelationTuple:
        return RelationTuple(parse_tuple(text), ConditionRef(str(policy)))

    def check(self, *words: Any) -> Assertion:
        subject, action, entity, context, verdict = words
        expected = _VERDICTS[verdict]
        return Assertion(str(subject), str(action), str(entity), expected, (), context or {}, position_of(subject))

    def record(self, *pairs: tuple[Token, object] | None) -> dict[str, object]:
        found: dict[str, object] = {}
        for pair in pairs:
            if pair is None:
                continue
            name = self.string(pair[0])
            if name in found:
                raise _bad_json(pair[0], f"{pair[0]} stands twice in this object.")
            found[name] = pair[1]
        return found

    def pair(self, name: Token, value: object) -> tuple[Token, object]:
        return name, value

    def array(self, *values: object) -> list[object]:
        return list(values)

    def string(self, text: Token) -> str:
        try:
            value: str = json.loads(text)
        except ValueError as error:
            raise _bad_json(text, "This is no JSON string.") from error
        if UNSTORABLE.search(value):
            raise _bad_json(text, "NUL and halves of surrogate pairs cannot be stored.")
        return value

    def number(self, text: Token) -> int | float:
        value: int | float = json.loads(text)
        if not math.isfinite(value):
            raise _bad_json(text, f"The number {text} is too large.")
        return value

    def literal(self, text: Token) -> bool | None:
        value: bool | None = json.loads(text)
        return value


def _bad_json(token: Token, reason: str) -> ModelProblem:
    return ModelProblem("authz_model_json", reason, position=position_of(token))


@cache
def grammar() -> Lark:
    """The parser. Made at first use (some 50 ms), then shared; it holds no state of a text."""
    return Lark.open_from_package(
        __package__,
        "grammar.lark",
        parser="lalr",
        lexer="contextual",
        start=["model", "only_rewrite", "only_body"],
        postlex=Lines(),
        transformer=_Builder(),
        propagate_positions=False,
        maybe_placeholders=True,
    )
