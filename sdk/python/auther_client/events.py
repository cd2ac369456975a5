"""Server-sent events as a GraphQL server sends them: `next` for each result, then `complete`.

Source: GraphQL over Server-Sent Events, distinct connections mode.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from pydantic import JsonValue

from auther_client.calls import Body
from auther_client.errors import ConnectionFailed, UnexpectedAnswer

# A result that does not fit is no result of ours.
MAX_EVENT_BYTES = 8 * 1024 * 1024


async def read_bodies(chunks: AsyncIterator[bytes]) -> AsyncIterator[Body]:
    """The results in a stream.

    Raises:
        ConnectionFailed: it ended without `complete`.
        UnexpectedAnswer: it is no such stream.
    """
    async for kind, data in _read_events(chunks):
        if kind == "complete":
            return
        if kind == "next":
            yield _parse(data)
    raise ConnectionFailed("The stream broke off.")


async def _read_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, str]]:
    kind = ""
    data: list[str] = []
    async for line in _read_lines(chunks):
        if not line and kind:
            yield kind, "\n".join(data)
        if not line:
            kind, data = "", []
            continue
        name, _, value = line.partition(":")
        if name == "event":
            kind = value.strip()
        elif name == "data":
            data.append(value.removeprefix(" "))


async def _read_lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    # Not `splitlines`: text in JSON may hold U+2028 and the like.
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > MAX_EVENT_BYTES:
            raise UnexpectedAnswer("An event of the stream is too large.")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")


def _parse(data: str) -> Body:
    try:
        body: JsonValue = json.loads(data)
    except ValueError:
        raise UnexpectedAnswer("An event of the stream is no JSON.") from None
    if not isinstance(body, dict):
        raise UnexpectedAnswer("An event of the stream is no result.")
    return body
