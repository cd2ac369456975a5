"""Files of accounts: JSON lines or CSV, one record each. Pure.

{"id": "42", "email": "ada@example.com", "emailVerified": true, "passwordHash": "pbkdf2_sha256$..."}
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

import orjson

from app.imports.errors import ColumnsInvalid
from app.imports.types import Account, Record
from app.kit.lines import MAX_LINE_BYTES, LineCutter
from app.users.types import ImportedUser

# Stands for a column that is left out.
IGNORED: Final = "-"
_TOO_LONG: Final = f"The line is longer than {MAX_LINE_BYTES // 1024} KiB."
_NOT_UTF8: Final = "The text is not UTF-8."
_TRUE: Final = frozenset({"true", "t", "yes", "y", "1"})
_FALSE: Final = frozenset({"false", "f", "no", "n", "0"})
_SNAKE: Final = re.compile(r"_([a-z])")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class ValueInvalid(ValueError):
    """A value is not what its field holds; the text says why."""


def read_json_lines(chunks: Iterable[bytes], names: Mapping[str, str]) -> Iterator[Record]:
    """The records of a file with a JSON object a line; empty lines count as none.

    Args:
        names: our name for each other name of a field, `IGNORED` for those to leave out.
    """
    for number, line in _number(chunks):
        if line is None:
            yield Record(number, problem=_TOO_LONG)
        elif line.strip():
            yield _read_object(number, line, names)


def read_csv(chunks: Iterable[bytes], names: Mapping[str, str]) -> Iterator[Record]:
    """The records of a CSV file (RFC 4180) whose first line names the fields; empty cells are absent values.

    Raises:
        ColumnsInvalid: the first line names something else.
    """
    rows = csv.reader(_texts(chunks), strict=True)
    try:
        header = _read_header(next(rows, []), names)
        before = rows.line_num
        for row in rows:
            if row:
                yield _read_row(before + 1, header, row)
            before = rows.line_num
    except csv.Error as error:
        # Where quotes are broken, nobody knows where the next record begins.
        yield Record(rows.line_num, problem=f"This is no CSV: {error}. The file was read no further.")


def check_names(names: Mapping[str, str]) -> None:
    """Refuse names for columns that are none of ours.

    Raises:
        ColumnsInvalid.
    """
    for column, name in names.items():
        if name != IGNORED and name not in FIELDS:
            raise ColumnsInvalid(f"{column} cannot be {name}; there are {_known()}, and {IGNORED} to leave it out.")


def to_account(values: Mapping[str, object]) -> Account:
    """The account that a record describes; its values are of the right types, not yet well-formed.

    Raises:
        ValueInvalid.
    """
    read = {name: FIELDS[name](name, value) for name, value in values.items() if value is not None}
    if not isinstance(read.get("email"), str):
        raise ValueInvalid("`email` is missing.")
    columns: dict[str, Any] = {_COLUMNS.get(name, name): value for name, value in read.items() if name not in _BESIDE}
    return Account(ImportedUser(**columns), read.get("passwordHash"), bool(read.get("mustChangePassword")))


def _number(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | None]]:
    cutter, number = LineCutter(), 0
    for chunk in chain(chunks, (b"\n",)):
        for line in cutter.feed(chunk):
            number += 1
            yield number, line


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    for _, line in _number(chunks):
        if line is None:
            raise csv.Error(_TOO_LONG.rstrip("."))
        yield line.decode("utf-8", "surrogateescape") + "\n"


def _read_object(number: int, line: bytes, names: Mapping[str, str]) -> Record:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Record(number, problem=f"This is no JSON: {error.msg}.")
    if not isinstance(found, dict):
        return Record(number, problem="A line holds one JSON object.")
    pairs = [(_name(name, names), value) for name, value in found.items()]
    values = {name: value for name, value in pairs if name != IGNORED}
    if len(values) < sum(name != IGNORED for name, _ in pairs):
        return Record(number, problem="A field is named twice.")
    unknown = next((name for name in values if name not in FIELDS), None)
    if unknown is not None:
        return Record(number, problem=f"Unknown field `{unknown:.64}`; there are {_known()}.")
    return Record(number, values)


def _read_header(row: Sequence[str], names: Mapping[str, str]) -> list[str]:
    header = [_name(cell.strip(), names) for cell in row]
    for name in header:
        if name != IGNORED and name not in FIELDS:
            raise ColumnsInvalid(f"There is no field {name or '(without a name)'}; there are {_known()}.")
    if "email" not in header:
        raise ColumnsInvalid("The first line names the columns; one of them has to be email.")
    if len(named := [name for name in header if name != IGNORED]) > len(set(named)):
        raise ColumnsInvalid("A column is named twice.")
    return header


def _read_row(number: int, header: Sequence[str], row: Sequence[str]) -> Record:
    if len(row) != len(header):
        return Record(number, problem=f"The record has {len(row)} values, the first line names {len(header)}.")
    if any(_SURROGATE.search(cell) for cell in row):
        return Record(number, problem=_NOT_UTF8)
    cells = zip(header, row, strict=True)
    return Record(number, {name: cell for name, cell in cells if cell != "" and name != IGNORED})


def _name(name: str, names: Mapping[str, str]) -> str:
    """Our name for a field; `email_verified` is `emailVerified`."""
    return names.get(name) or _SNAKE.sub(lambda found: found[1].upper(), name)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueInvalid(f"`{name}` has to be a text.")
    return value


def _id(name: str, value: object) -> str:
    """Numbers are ids in many systems."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else _text(name, value)


def _flag(name: str, value: object) -> bool:
    word = str(value).lower()
    if not isinstance(value, str | bool | int) or word not in _TRUE | _FALSE:
        raise ValueInvalid(f"`{name}` has to be true or false.")
    return word in _TRUE


def _moment(name: str, value: object) -> datetime:
    text = _text(name, value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueInvalid(f"`{name}` has to be a moment, as in 2027-01-01T00:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _object(name: str, value: object) -> Mapping[str, object]:
    try:
        found = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ValueInvalid(f"`{name}` has to be a JSON object.")
    return found


def _known() -> str:
    return ", ".join(FIELDS)


FIELDS: Final[dict[str, Callable[[str, object], Any]]] = {
    "id": _id,
    "email": _text,
    "emailVerified": _flag,
    "username": _text,
    "name": _text,
    "picture": _text,
    "locale": _text,
    "zoneinfo": _text,
    "attributes": _object,
    "passwordHash": _text,
    "mustChangePassword": _flag,
    "banned": _flag,
    "banReason": _text,
    "banUntil": _moment,
    "createdAt": _moment,
}
_BESIDE: Final = frozenset({"passwordHash", "mustChangePassword"})
_COLUMNS: Final = {
    "emailVerified": "email_verified",
    "banned": "is_banned",
    "banReason": "ban_reason",
    "banUntil": "ban_until",
    "createdAt": "created_at",
}
