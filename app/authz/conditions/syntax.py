"""From tokens to a tree. What it lets through, the library parses again; it is the stricter of the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.authz.conditions.errors import SourceFault
from app.authz.conditions.tokens import Token, TokenKind, read_tokens

MAX_EXPRESSION_BYTES = 5_000
# Levels of the tree. The library walks it on the thread's stack, and half a megabyte is all that some threads have.
MAX_DEPTH = 100
# Brackets and calls inside each other.
MAX_NESTING = 25

LOOPS = {"all": 2, "exists": 2, "exists_one": 2, "filter": 2, "map": 3}
_LEVELS = (("||",), ("&&",), ("<", "<=", ">", ">=", "==", "!=", "in"), ("+", "-"), ("*", "/", "%"))
_LITERALS = {TokenKind.INT, TokenKind.UINT, TokenKind.DOUBLE, TokenKind.STRING, TokenKind.BYTES}
_WORDS = {"true": "bool", "false": "bool", "null": "null"}


class Kind(StrEnum):
    """What a node is, and what its `text` and `parts` are."""

    LITERAL = "literal"  # the name of its type
    NAME = "name"  # the name
    SELECT = "select"  # field; operand
    HAS = "has"  # field; operand
    INDEX = "index"  # operand, key
    FUNCTION = "function"  # name; arguments
    METHOD = "method"  # name; target, arguments
    LOOP = "loop"  # macro; range, bodies
    OPERATOR = "operator"  # operator; one or two operands
    CHOICE = "choice"  # condition, then, else
    LIST = "list"  # items
    MAP = "map"  # keys and values by turns


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of an expression.

    Attributes:
        at, end: offsets of its name, operator or literal, not of all that belongs to it.
        depth: levels from here downwards.
        variable: what a loop binds.
    """

    kind: Kind
    text: str
    parts: tuple[Node, ...]
    at: int
    end: int
    depth: int
    variable: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below."""
        yield self
        for part in self.parts:
            yield from part.walk()


def parse(source: str) -> Node:
    """The tree of an expression.

    Raises:
        SourceFault: it is too long, too deep or not CEL.
    """
    if len(source.encode("utf-8", "surrogatepass")) > MAX_EXPRESSION_BYTES:
        raise SourceFault(f"An expression may have {MAX_EXPRESSION_BYTES} bytes at most.", 0)
    return _Parser(read_tokens(source)).parse()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._nesting = 0

    def parse(self) -> Node:
        tree = self._expression()
        if self._now.kind is not TokenKind.END:
            raise self._unexpected()
        return tree

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _is(self, *texts: str) -> bool:
        return self._now.kind is TokenKind.OPERATOR and self._now.text in texts

    def _take(self) -> Token:
        token = self._now
        self._next += 1
        return token

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            raise self._unexpected(f" {text} is missing.")
        return self._take()

    def _expect_name(self) -> Token:
        if self._now.kind is not TokenKind.NAME:
            raise self._unexpected(" A name is missing.")
        return self._take()

    def _unexpected(self, hint: str = "") -> SourceFault:
        if self._now.kind is TokenKind.END:
            return SourceFault(f"The expression ends too early.{hint}", self._now.at)
        return SourceFault(f"{self._now.text[:40]} is unexpected here.{hint}", self._now.at)

    def _node(self, kind: Kind, token: Token, *parts: Node, text: str | None = None, variable: str = "") -> Node:
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > MAX_DEPTH:
            raise SourceFault(f"The expression has more than {MAX_DEPTH} levels.", token.at)
        return Node(kind, token.text if text is None else text, parts, token.at, token.end, depth, variable)

    def _expression(self) -> Node:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise SourceFault(f"Brackets and calls may be {MAX_NESTING} levels deep.", self._now.at)
        tree = self._binary(0)
        if self._is("?"):
            mark = self._take()
            then = self._binary(0)
            self._expect(":")
            tree = self._node(Kind.CHOICE, mark, tree, then, self._expression())
        self._nesting -= 1
        return tree

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        tree = self._binary(level + 1)
        while self._is(*_LEVELS[level]):
            operator = self._take()
            tree = self._node(Kind.OPERATOR, operator, tree, self._binary(level + 1))
        return tree

    def _unary(self) -> Node:
        signs: list[Token] = []
        while self._is("!", "-") and (not signs or self._now.text == signs[0].text):
            signs.append(self._take())
        tree = self._member()
        for sign in reversed(signs):
            tree = self._node(Kind.OPERATOR, sign, tree)
        return tree

    def _member(self) -> Node:
        tree = self._primary()
        while self._is(".", "["):
            mark = self._take()
            if mark.text == "[":
                tree = self._node(Kind.INDEX, mark, tree, self._expression())
                self._expect("]")
                continue
            name = self._expect_name()
            tree = self._call(name, tree) if self._is("(") else self._node(Kind.SELECT, name, tree)
        return tree

    def _primary(self) -> Node:
        token = self._take()
        if token.kind in _LITERALS:
            return self._node(Kind.LITERAL, token, text=token.kind.value)
        if token.kind is TokenKind.NAME:
            if token.text in _WORDS:
                return self._node(Kind.LITERAL, token, text=_WORDS[token.text])
            return self._call(token) if self._is("(") else self._node(Kind.NAME, token)
        if token.text == "(":
            tree = self._expression()
            self._expect(")")
            return tree
        if token.text == "[":
            return self._node(Kind.LIST, token, *self._items("]"))
        if token.text == "{":
            return self._node(Kind.MAP, token, *self._items("}"))
        self._next -= 1
        raise self._unexpected()

    def _items(self, end: str) -> list[Node]:
        """What stands between brackets, separated by commas; in a map, keys and values by turns."""
        items: list[Node] = []
        while not self._is(end):
            items.append(self._expression())
            if end == "}":
                self._expect(":")
                items.append(self._expression())
            if not self._is(end):
                self._expect(",")
                if end == ")" and self._is(end):
                    raise self._unexpected()
        self._take()
        return items

    def _call(self, name: Token, target: Node | None = None) -> Node:
        self._expect("(")
        arguments = self._items(")")
        if target is None and name.text == "has":
            return self._has(name, arguments)
        if target is None:
            return self._node(Kind.FUNCTION, name, *arguments)
        if name.text in LOOPS and 2 <= len(arguments) <= LOOPS[name.text]:
            if arguments[0].kind is not Kind.NAME:
                raise SourceFault(f"The first argument of {name.text} is the name of a variable.", arguments[0].at)
            return self._node(Kind.LOOP, name, target, *arguments[1:], variable=arguments[0].text)
        return self._node(Kind.METHOD, name, target, *arguments)

    def _has(self, name: Token, arguments: list[Node]) -> Node:
        if len(arguments) != 1 or arguments[0].kind is not Kind.SELECT:
            raise SourceFault("has() takes a field, as in has(user.name).", name.at)
        return self._node(Kind.HAS, name, *arguments[0].parts, text=arguments[0].text)
