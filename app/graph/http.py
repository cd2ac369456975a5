"""GraphQL over HTTP: what a request holds, and how an answer looks.

Source: GraphQL-over-HTTP (https://graphql.github.io/graphql-over-http/draft/), POST only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from app.graph.document_ids import read_document_id
from app.graph.errors import InvalidRequest
from app.kit.errors import LimitReached

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"

_RANGES = {
    GRAPHQL_RESPONSE: GRAPHQL_RESPONSE,
    JSON: JSON,
    "application/*": JSON,
    "*/*": JSON,
    EVENT_STREAM: EVENT_STREAM,
}
_BOM = b"\xef\xbb\xbf"
# U+0000 cannot be stored; as an escape it can stand in JSON (`\u0000`) and in GraphQL strings (`\u{0}`).
_NUL = re.compile(rb"\\u(?:0000|\{0+\})")
# Values nested deeper can be read but not written again: JSON is written to 254 levels, and an input adds its own.
MAX_DEPTH = 50
# Clients send the same few headers again and again.
_REMEMBERED = 256
_MAX_REMEMBERED_CHARACTERS = 128


class UnsupportedMedia(InvalidRequest):
    status = 415

    def __init__(self) -> None:
        super().__init__("graph_media_type", "Send application/json in UTF-8, without a content encoding.")


class NotAcceptable(InvalidRequest):
    status = 406

    def __init__(self) -> None:
        super().__init__("graph_not_acceptable", f"Answers are {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}.")


class TooLarge(LimitReached):
    status = 413

    def __init__(self, most: int) -> None:
        super().__init__("graph_too_large", f"A request has at most {most} bytes.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """One operation to run. `query` is empty when only `document_id` was sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    document_id: str | None = None


def choose_media_type(accept: str | None) -> str:
    """The media type of the answer: the best-liked one that we have, JSON when nothing is said.

    An event stream is chosen only when nothing else is liked: see `takes_events`.

    Raises:
        NotAcceptable: `graph_not_acceptable`.
    """
    if not accept or not accept.strip():
        return JSON
    choose = _choose_remembered if len(accept) <= _MAX_REMEMBERED_CHARACTERS else _choose
    chosen = choose(accept)
    if chosen is None:
        raise NotAcceptable
    return chosen


def _choose(accept: str) -> str | None:
    liked = _read_liked(accept)
    plain = [pair for pair in liked if pair[1] != EVENT_STREAM]
    return max(plain or liked, key=lambda pair: pair[0])[1] if liked else None


_choose_remembered = lru_cache(maxsize=_REMEMBERED)(_choose)


def takes_events(accept: str | None) -> bool:
    """Whether a subscription can be answered with an event stream."""
    return any(known == EVENT_STREAM for _, known in _read_liked(accept or ""))


async def read_parameters(request: Request, most: int) -> Parameters:
    """What is asked for.

    Args:
        most: largest body in bytes; a larger one is not read to its end.

    Raises:
        UnsupportedMedia, TooLarge. InvalidRequest: `graph_json`, `graph_request`.
    """
    _check_media_type(request)
    return check_parameters(load_json(await _read_body(request, most)))


def load_json(text: bytes) -> object:
    """The JSON value that was sent.

    Raises:
        InvalidRequest: `graph_json`, `graph_request`.
    """
    if _NUL.search(text):
        raise InvalidRequest("graph_request", "The character U+0000 cannot be stored.")
    try:
        value: object = orjson.loads(text.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        raise InvalidRequest("graph_json", "The body is not JSON in UTF-8.") from None
    # Most requests open too few brackets to be deep.
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise InvalidRequest("graph_request", f"Values are nested {MAX_DEPTH} levels deep at most.")
    return value


def dump_json(body: object) -> bytes:
    """JSON of an answer; moments are written as RFC 3339 in UTC."""
    return orjson.dumps(body, default=_plain, option=orjson.OPT_UTC_Z)


def respond(body: object, status: int, media_type: str, headers: Mapping[str, str] | None = None) -> Response:
    """A response that nobody keeps."""
    return Response(
        dump_json(body),
        status,
        {"content-type": f"{media_type}; charset=utf-8", "cache-control": "no-store", **(headers or {})},
    )


def _is_deep(value: object) -> bool:
    """Whether lists and objects are nested deeper than `MAX_DEPTH`. Without recursion: 1,024 levels can come."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _contents(outer) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _contents(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_media_type(request: Request) -> None:
    content_type = request.headers.get("content-type")
    encoding = request.headers.get("content-encoding", "identity")
    if content_type is None or encoding != "identity":
        raise UnsupportedMedia
    # Long headers are not remembered: anybody can send them.
    is_ours = _is_json_remembered if len(content_type) <= _MAX_REMEMBERED_CHARACTERS else _is_json
    if not is_ours(content_type):
        raise UnsupportedMedia


def _is_json(content_type: str) -> bool:
    """Whether a media type is JSON in UTF-8."""
    header = Message()
    header["content-type"] = content_type
    charset = header.get_param("charset", "utf-8")
    return header.get_content_type() == JSON and str(charset).lower() in {"utf-8", "utf8"}


_is_json_remembered = lru_cache(maxsize=_REMEMBERED)(_is_json)


async def _read_body(request: Request, most: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge(most)
    return bytes(body)


def check_parameters(sent: object) -> Parameters:
    """The one operation that was sent.

    Raises:
        InvalidRequest: `graph_request`.
    """
    if isinstance(sent, list):
        raise InvalidRequest("graph_request", "Several operations in one request are not supported.")
    if not isinstance(sent, dict):
        raise InvalidRequest("graph_request", "A request is a JSON object.")
    query, variables, name = sent.get("query"), sent.get("variables"), sent.get("operationName")
    document_id = read_document_id(sent)
    if document_id is not None and query is None:
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise InvalidRequest("graph_request", "`query` is the text of a document.")
    if not isinstance(variables, dict | None):
        raise InvalidRequest("graph_request", "`variables` is an object.")
    if not isinstance(name, str | None):
        raise InvalidRequest("graph_request", "`operationName` is a name.")
    if not isinstance(sent.get("extensions"), dict | None):
        raise InvalidRequest("graph_request", "`extensions` is an object.")
    return Parameters(query, variables or {}, name or None, document_id)


def _read_liked(accept: str) -> list[tuple[float, str]]:
    liked: list[tuple[float, str]] = []
    for item in accept.split(","):
        media_type, _, rest = item.strip().partition(";")
        known = _RANGES.get(media_type.strip().lower())
        quality = _quality(rest)
        if known and quality > 0:
            liked.append((quality, known))
    return liked


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "q":
            return float(value) if re.fullmatch(r"[01](\.\d{0,3})?", value.strip()) else 0.0
    return 1.0


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
