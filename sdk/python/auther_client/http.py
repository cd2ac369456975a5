"""Requests over HTTP: GraphQL over HTTP for queries and mutations, server-sent events for subscriptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

import httpx
from pydantic import JsonValue

from auther_client.addresses import base_address
from auther_client.calls import Body, Request
from auther_client.credentials import Credentials
from auther_client.errors import ConnectionFailed, UnexpectedAnswer
from auther_client.events import read_bodies

_GRAPHQL = "application/graphql-response+json"
_EVENTS = "text/event-stream"
_TOO_MANY, _UNAVAILABLE, _UNAUTHENTICATED = 429, 503, 401


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited: `timeout` for one answer, `silence` for a sign of life of a stream, `retries` after 429 and
    503, each at most `longest_wait` later."""

    timeout: timedelta = timedelta(seconds=30)
    silence: timedelta = timedelta(seconds=60)
    retries: int = 3
    longest_wait: timedelta = timedelta(seconds=30)


class HttpTransport:
    """One server, by its address. Use it as an asynchronous context manager."""

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        patience: Patience | None = None,
        allow_plain_http: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._endpoint = f"{base_address(url, allow_plain_http=allow_plain_http)}/graphql"
        self._credentials = credentials
        self._patience = patience or Patience()
        self._sleep = sleep
        self._client = httpx.AsyncClient(
            headers=headers, timeout=self._patience.timeout.total_seconds(), transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def execute(self, request: Request) -> Body:
        """The body of the answer to a query or mutation.

        Raises:
            ConnectionFailed, UnexpectedAnswer.
        """
        return _read_body(await self._send(request))

    async def stream(self, request: Request) -> AsyncIterator[Body]:
        """The bodies that a subscription sends.

        Raises:
            ConnectionFailed, UnexpectedAnswer.
        """
        silence = httpx.Timeout(self._patience.timeout.total_seconds(), read=self._patience.silence.total_seconds())
        async with self._open_stream(request, silence) as answer:
            if not answer.headers.get("content-type", "").startswith(_EVENTS):
                await answer.aread()
                yield _read_body(answer)
                return
            with _naming_failures(self._endpoint):
                async for body in read_bodies(answer.aiter_bytes()):
                    yield body

    @asynccontextmanager
    async def _open_stream(self, request: Request, timeout: httpx.Timeout) -> AsyncIterator[httpx.Response]:
        answer = await self._post(request, f"{_EVENTS}, {_GRAPHQL};q=0.9", timeout)
        if answer.status_code == _UNAUTHENTICATED and await self._renew():
            await answer.aclose()
            answer = await self._post(request, f"{_EVENTS}, {_GRAPHQL};q=0.9", timeout)
        try:
            yield answer
        finally:
            await answer.aclose()

    async def _send(self, request: Request) -> httpx.Response:
        retries, has_renewed = 0, False
        while True:
            answer = await self._post(request, _GRAPHQL, None)
            await _load(answer, self._endpoint)
            if answer.status_code == _UNAUTHENTICATED and not has_renewed and await self._renew():
                has_renewed = True
                continue
            wait = self._wait_for(answer, request)
            if wait is None or retries >= self._patience.retries:
                return answer
            retries += 1
            await self._sleep(wait.total_seconds())

    def _wait_for(self, answer: httpx.Response, request: Request) -> timedelta | None:
        """How long to wait before the same is sent again; None when it should not be."""
        text = answer.headers.get("retry-after", "")
        if not text.isdigit():
            return None
        wait = timedelta(seconds=int(text))
        # What was refused for its rate has not run. After 503 that is not known.
        may_repeat = answer.status_code == _TOO_MANY or (answer.status_code == _UNAVAILABLE and request.is_repeatable)
        return wait if may_repeat and wait <= self._patience.longest_wait else None

    async def _renew(self) -> bool:
        return self._credentials is not None and await self._credentials.renew()

    async def _post(self, request: Request, accept: str, timeout: httpx.Timeout | None) -> httpx.Response:
        headers = {"accept": accept, **(await self._credentials.headers() if self._credentials else {})}
        sent = self._client.build_request(
            "POST",
            self._endpoint,
            json={"query": request.document, "variables": dict(request.variables)},
            headers=headers,
            timeout=timeout or self._client.timeout,
        )
        with _naming_failures(self._endpoint):
            return await self._client.send(sent, stream=True)


class _naming_failures:  # noqa: N801 - reads as what it does
    """Failures of the network as ours, with the address."""

    def __init__(self, address: str) -> None:
        self._address = address

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, httpx.TimeoutException):
            raise ConnectionFailed(f"{self._address} did not answer in time.") from error
        if isinstance(error, httpx.HTTPError):
            raise ConnectionFailed(f"{self._address} cannot be reached: {error}.") from error


async def _load(answer: httpx.Response, address: str) -> None:
    try:
        with _naming_failures(address):
            await answer.aread()
    finally:
        await answer.aclose()


def _read_body(answer: httpx.Response) -> Body:
    try:
        body: JsonValue = json.loads(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or not body.keys() & {"data", "errors"}:
        where = f"{answer.request.url} answered {answer.status_code}"
        target = answer.headers.get("location")
        raise UnexpectedAnswer(f"{where} and points to {target}." if target else f"{where}: that is no GraphQL API.")
    return body
