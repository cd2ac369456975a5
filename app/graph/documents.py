"""Documents made ready: parsed, bounded, validated and weighed once, then kept.

A document's text is the key, so each operation of the console is prepared once in a process.
INVARIANT: only valid, short documents are kept, and no more than `CACHE_CHARACTERS` of text, since
a syntax tree takes up to 300 bytes for each character of its text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.graph.cost import Weight, build_weights
from app.graph.limits import MAX_FIELDS, Limits, TooComplex, check_shape
from app.graph.plans.calls import Calls
from app.graph.plans.operations import PlannedOperation

CACHE_CHARACTERS = 131_072
LONGEST_KEPT = 16_384
_RULES = (*specified_rules, OneOfInputValidationRule)
_MAX_COMMENTS = 500
_MAX_ERRORS = 20
_TOKENS_EXCEEDED = "Document contains more than"
_TOO_DEEP = "nested too deeply"
# What graphql-core says when validation needs more stack than there is.
_GAVE_UP = "Validation aborted."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that can run, and by name the weight and the plans of each of its operations."""

    document: DocumentNode
    weights: Mapping[str | None, Weight]
    operations: Mapping[str | None, PlannedOperation]

    def find(self, name: str | None) -> PlannedOperation | None:
        """The operation of this name; without a name the only one there is."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name) if name is not None else None


class InvalidDocument(Exception):
    """A document that cannot run, and why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors)
        self.errors = errors


class Documents:
    """Prepares documents for one schema and keeps them, the least recently used ones going first."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._calls = Calls(schema)
        self._kept: OrderedDict[tuple[str, Limits], Prepared] = OrderedDict()
        self._characters = 0

    def prepare(self, source: str, limits: Limits) -> Prepared:
        """The document ready to run.

        Raises:
            InvalidDocument: it does not parse, or not fit the schema.
            TooComplex: it exceeds a limit.
        """
        key = (source, limits)
        prepared = self._kept.get(key)
        if prepared is not None:
            self._kept.move_to_end(key)
            return prepared
        prepared = self._prepare(source, limits)
        if len(source) <= LONGEST_KEPT:
            self._keep(key, prepared)
        return prepared

    def forget(self) -> None:
        """Drop everything that is kept."""
        self._kept.clear()
        self._characters = 0

    def _keep(self, key: tuple[str, Limits], prepared: Prepared) -> None:
        self._kept[key] = prepared
        self._characters += len(key[0])
        while self._characters > CACHE_CHARACTERS:
            (oldest, _), _ = self._kept.popitem(last=False)
            self._characters -= len(oldest)

    def _prepare(self, source: str, limits: Limits) -> Prepared:
        document = _parse(source, limits)
        check_shape(document, limits)
        errors = validate(self._schema, document, _RULES, max_errors=_MAX_ERRORS)
        if any(error.message == _GAVE_UP for error in errors):
            raise TooComplex("fields", MAX_FIELDS)
        if errors:
            raise InvalidDocument([_marked(error, "GRAPHQL_VALIDATION_FAILED") for error in errors])
        operations = {
            each.name.value if each.name else None: PlannedOperation(self._schema, self._calls, document, each)
            for each in document.definitions
            if isinstance(each, OperationDefinitionNode)
        }
        return Prepared(document, build_weights(self._schema, document), operations)


def parse_bounded(source: str, tokens: int, *, no_location: bool = False) -> DocumentNode:
    """A document's syntax tree. Everything that callers sent is parsed by this.

    Args:
        tokens: most lexical tokens.
        no_location: leave out where each node stands.

    Raises:
        GraphQLSyntaxError: also for too many tokens or comments, and too deep nesting.
    """
    return parse(source, no_location=no_location, max_lexical_tokens=tokens, max_comments=_MAX_COMMENTS)


def _parse(source: str, limits: Limits) -> DocumentNode:
    try:
        return parse_bounded(source, limits.tokens)
    except GraphQLSyntaxError as error:
        if _TOKENS_EXCEEDED in error.description:
            raise TooComplex("tokens", limits.tokens) from error
        if _TOO_DEEP in error.description:
            raise TooComplex("depth", limits.depth) from error
        raise InvalidDocument([_marked(error, "GRAPHQL_PARSE_FAILED")]) from error


def _marked(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {**(error.extensions or {}), "code": code}
    return error
