"""From the text of an expression to tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.authz.conditions.errors import SourceFault


class TokenKind(StrEnum):
    """Of a literal it is the name of its type."""

    NAME = "name"
    OPERATOR = "operator"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


# Source: github.com/google/cel-spec, doc/langdef.md, Syntax. A raw string ends at the first quote.
_TOKEN = re.compile(
    r"""
    (?P<space>(?:[ \t\r\n\f]+|//[^\n]*)+)
    |(?P<text>(?P<bytes>[bB])?(?:
        [rR](?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\r\n]*"|'[^'\r\n]*')
        |\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}
        |"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*'))
    |(?P<double>[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
    |(?P<int>(?:0x[0-9a-fA-F]+|[0-9]+)(?P<uint>[uU])?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||[=!<>]=|[-+*/%<>!?:.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)


def read_tokens(source: str) -> list[Token]:
    """All tokens, the last of kind END.

    Raises:
        SourceFault: a character that begins no token, a string that does not end.
    """
    tokens: list[Token] = []
    at = 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise SourceFault(_describe_stray(source[at]), at)
        if found["space"] is None:
            tokens.append(Token(_kind_of(found), found[0], at))
        at = found.end()
    tokens.append(Token(TokenKind.END, "", at))
    return tokens


def _kind_of(found: re.Match[str]) -> TokenKind:
    if found["text"]:
        return TokenKind.BYTES if found["bytes"] else TokenKind.STRING
    if found["int"]:
        return TokenKind.UINT if found["uint"] else TokenKind.INT
    if found["name"]:
        return TokenKind.OPERATOR if found["name"] == "in" else TokenKind.NAME
    return TokenKind.DOUBLE if found["double"] else TokenKind.OPERATOR


def _describe_stray(character: str) -> str:
    if character in "\"'":
        return "This string does not end."
    hint = " To compare, write ==." if character == "=" else ""
    return f"{character!r} does not belong into an expression.{hint}"
