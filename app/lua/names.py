"""Which globals a script names: a walk over its tokens that knows Lua's scopes. It takes only what compiles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.lua.types import Finding

MAX_FINDINGS: Final = 100


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LIBRARIES: Final = {
    "math": _words(
        "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad random "
        "randomseed sin sqrt tan tointeger type ult"
    ),
    "os": _words("clock date difftime time"),
    "string": _words("byte char find format gmatch gsub len lower match rep reverse sub upper"),
    "table": _words("concat insert move pack remove sort unpack"),
    "utf8": _words("char charpattern codepoint codes len offset"),
}
GLOBALS: Final = frozenset(LIBRARIES) | _words(
    "_ENV _G _VERSION assert context error getmetatable ipairs next pairs pcall rawequal rawget rawlen rawset select "
    "setmetatable tonumber tostring type xpcall"
)
_KEYWORDS: Final = _words(
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while"
)
_TOKEN: Final = re.compile(
    r"(?P<blank>\s+)|(?P<comment>--(?!\[=*\[)[^\r\n]*)|(?P<long>(?:--)?\[(?P<level>=*)\[)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>0[xX](?:[0-9a-fA-F.]|[pP][+-]?)+|\.?[0-9](?:[0-9a-fA-F.]|[eE][+-]?)*)"
    r"|(?P<text>\"(?:\\(?s:.)|[^\"\\])*\"|'(?:\\(?s:.)|[^'\\])*')"
    r"|(?P<mark>\.\.\.|\.\.|::|<<|>>|//|[=~<>]=|.)",
    re.DOTALL,
)
_ENDS_OPERAND: Final = frozenset({")", "]", "}", "...", "end", "nil", "true", "false"})
# Behind these a statement begins, whatever it begins with.
_OPENS: Final = frozenset({"", ";", "do", "then", "else", "repeat", "::", "break"})
_STARTS: Final = frozenset(
    {"local", "if", "while", "do", "for", "repeat", "return", "break", "goto", "::", ";", "end", "else", "elseif"}
    | {"until", ""}
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


@dataclass(slots=True)
class _Frame:
    """One open block or bracket, with the names that it declares."""

    kind: str
    names: set[str] = field(default_factory=set)
    pending: list[str] = field(default_factory=list)
    is_closing: bool = False
    is_target: bool = False


def find_unknown(source: str) -> tuple[Finding, ...]:
    """Globals that a script reads though nobody gives them, and those that it writes, by line; at most 100.

    Args:
        source: Lua that compiles.
    """
    return _Walk(list(_read_tokens(source))).run()


def _read_tokens(source: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            break
        kind, text, stop = found.lastgroup or "", found[0], found.end()
        if found["long"]:
            kind = "comment" if text.startswith("--") else "text"
            stop = source.index(f"]{found['level']}]", stop) + len(found["level"]) + 2
        if kind not in {"blank", "comment"}:
            is_word = kind == "name" and text in _KEYWORDS
            yield _Token("mark" if is_word else kind, text, line)
        line += source.count("\n", at, stop)
        at = stop
    yield _Token("end", "", line)


class _Walk:
    """One pass over the tokens of a script."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.frames = [_Frame("block")]
        # How many open frames declare a name.
        self.declared: Counter[str] = Counter()
        self.reads: list[tuple[int, str]] = []
        self.writes: list[tuple[int, str]] = []
        self.missing: list[tuple[int, str]] = []

    def run(self) -> tuple[Finding, ...]:
        while self.at < len(self.tokens):
            self._step(self.tokens[self.at])
        return self._report()

    def _report(self) -> tuple[Finding, ...]:
        written = {name for _, name in self.writes}
        found = {(line, f"{name} is not defined") for line, name in self.reads if name not in written}
        found |= {(line, f"{name} is a global: declare it with local") for line, name in self.writes}
        found |= {(line, f"{name} is not available") for line, name in self.missing}
        return tuple(Finding(line, message + ".") for line, message in sorted(found)[:MAX_FINDINGS])

    def _look(self, offset: int) -> _Token:
        at = self.at + offset
        return self.tokens[at] if 0 <= at < len(self.tokens) else _Token("end", "", 0)

    def _step(self, token: _Token) -> None:
        if self._begins_statement(token):
            self._settle()
            self.frames[-1].is_target = token.kind == "name" or token.text == "("
        handler = _HANDLERS.get(token.text) if token.kind == "mark" else None
        self.at += 1
        if handler is not None:
            handler(self)
        elif token.kind == "name":
            self._name(token)

    def _begins_statement(self, token: _Token) -> bool:
        """Whether the block goes on with a new statement: a bracket never holds one."""
        if self.frames[-1].kind in "({[":
            return False
        if token.kind in {"mark", "end"} and token.text in _STARTS:
            return True
        before = self._look(-1)
        follows = before.kind in {"name", "number", "text"} or before.text in _ENDS_OPERAND
        if token.kind == "name" or token.text == "function":
            return (follows or before.text in _OPENS) and before.text not in {".", ":", "goto"}
        return token.text == "(" and before.text in _OPENS

    def _settle(self) -> None:
        """The statement before is over: what it declares is seen from here on."""
        while self.frames[-1].is_closing:
            self._close()
        self._declare_pending()

    def _declare(self, name: str) -> None:
        names = self.frames[-1].names
        if name not in names:
            names.add(name)
            self.declared[name] += 1

    def _declare_pending(self) -> None:
        frame = self.frames[-1]
        if frame.pending:
            for name in frame.pending:
                self._declare(name)
            frame.pending = []

    def _name(self, token: _Token) -> None:
        before, after = self._look(-2), self._look(0)
        if before.text in {".", ":", "goto"} and before.kind == "mark":
            return
        frame = self.frames[-1]
        if frame.kind == "{" and after.text == "=" and after.kind == "mark" and before.text in {"{", ",", ";"}:
            return
        is_written = frame.is_target and after.kind == "mark" and after.text in {"=", ","}
        self._note(token, is_written=is_written)

    def _note(self, token: _Token, *, is_written: bool) -> None:
        if self.declared[token.text] or self.declared["_ENV"]:
            return
        if is_written:
            self.writes.append((token.line, token.text))
        elif token.text not in GLOBALS:
            self.reads.append((token.line, token.text))
        elif token.text in LIBRARIES and self._look(0).text == "." and self._look(1).kind == "name":
            item = self._look(1).text
            if item not in LIBRARIES[token.text]:
                self.missing.append((token.line, f"{token.text}.{item}"))

    def _open(self, kind: str) -> None:
        self.frames.append(_Frame(kind))

    def _close(self) -> None:
        for name in self.frames.pop().names:
            self.declared[name] -= 1

    def _assign(self) -> None:
        self.frames[-1].is_target = False

    def _label(self) -> None:
        self.at += 2

    def _local(self) -> None:
        if self._look(0).text == "function":
            self._declare(self._look(1).text)
            self.at += 2
            self._parameters()
            return
        while True:
            self.frames[-1].pending.append(self._look(0).text)
            self.at += 4 if self._look(1).text == "<" else 1
            if self._look(0).text != ",":
                return
            self.at += 1

    def _function(self) -> None:
        has_self = False
        if self._look(0).kind == "name":
            token = self._look(0)
            self.at += 1
            self._note(token, is_written=self._look(0).text == "(")
            while self._look(0).text in {".", ":"}:
                has_self = self._look(0).text == ":"
                self.at += 2
        self._parameters()
        if has_self:
            self._declare("self")

    def _parameters(self) -> None:
        self._open("block")
        while True:
            token = self._look(0)
            self.at += 1
            if token.text == ")" or token.kind == "end":
                return
            if token.kind == "name":
                self._declare(token.text)

    def _for(self) -> None:
        self._open("for")
        while self._look(0).kind == "name":
            self.frames[-1].pending.append(self._look(0).text)
            self.at += 2 if self._look(1).text == "," else 1

    def _while(self) -> None:
        self._open("while")

    def _do(self) -> None:
        frame = self.frames[-1]
        if frame.kind in {"for", "while"}:
            frame.kind = "block"
            self._declare_pending()
        else:
            self._open("block")

    def _then(self) -> None:
        self._open("block")

    def _else(self) -> None:
        self._close()
        self._open("block")

    def _until(self) -> None:
        self.frames[-1].is_closing = True


_HANDLERS: Final = {
    "(": lambda walk: walk._open("("),
    "{": lambda walk: walk._open("{"),
    "[": lambda walk: walk._open("["),
    ")": _Walk._close,
    "}": _Walk._close,
    "]": _Walk._close,
    "end": _Walk._close,
    "elseif": _Walk._close,
    "else": _Walk._else,
    "then": _Walk._then,
    "do": _Walk._do,
    "for": _Walk._for,
    "while": _Walk._while,
    "repeat": lambda walk: walk._open("block"),
    "until": _Walk._until,
    "local": _Walk._local,
    "function": _Walk._function,
    "=": _Walk._assign,
    "::": _Walk._label,
}
