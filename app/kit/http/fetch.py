"""Send one request to a pinned address, and read a bounded answer within a deadline."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import certifi
import httpx

from app.kit.errors import AppError, Unavailable
from app.kit.http.addresses import Address, Resolver, find_addresses, require_public, resolve_host
from app.kit.http.request import OutboundPolicy, Target, check_headers, check_url, require_scheme

MAX_ADDRESSES = 4  # of a host; they are tried one after the other within the deadline
_TOO_SLOW = "The other server did not answer in time."
_IDENTITY = frozenset({"", "identity"})


@dataclass(frozen=True)
class OutboundResponse:
    """An answer, of whatever status; a redirect is an answer.

    Args:
        headers: names in lower case; the values of a repeated name are joined by a comma.
        body: at most as many bytes as were asked for.
        is_truncated: whether there was more.
        address: the address that was connected to, for the log.
        duration: from the call to the last byte.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_truncated: bool
    address: str
    duration: timedelta


@dataclass(frozen=True)
class _Call:
    target: Target
    method: str
    headers: dict[str, str]
    content: bytes
    max_bytes: int
    connect_seconds: float


async def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    timeout: timedelta,
    max_bytes: int,
    policy: OutboundPolicy,
    resolver: Resolver = resolve_host,
) -> OutboundResponse:
    """Send one request and read at most `max_bytes` of the answer's body.

    Args:
        timeout: for all of it: resolving, connecting, sending, reading.
        max_bytes: a longer body is cut off there, and the answer says so.
        resolver: host and port to addresses; asked at most once.

    Raises:
        InvalidInput: `http_url_invalid`, `http_method_invalid`, `http_header_invalid`.
        Forbidden: `http_scheme_refused`, `http_userinfo_refused`, `http_address_refused`.
        Unavailable: `http_dns_failed`, `http_connect_failed`, `http_tls_failed`, `http_timeout`,
            `http_response_invalid`.
    """
    started = time.monotonic()
    target = check_url(url)
    require_scheme(target, policy)
    checked = check_headers(method, headers or {}, target)
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            addresses = await find_addresses(target.host, target.port, resolver)
            if not policy.allows(target):
                require_public(target.host, addresses)
            tried = addresses[:MAX_ADDRESSES]
            call = _Call(target, method, checked, content, max_bytes, timeout.total_seconds() / len(tried))
            status, answered, body, address = await _send(call, tried, policy.tls or _default_tls())
    except TimeoutError as error:
        raise Unavailable("http_timeout", _TOO_SLOW, detail=target.authority) from error
    duration = timedelta(seconds=time.monotonic() - started)
    return OutboundResponse(status, answered, body[:max_bytes], len(body) > max_bytes, address, duration)


async def _send(
    call: _Call, addresses: list[Address], tls: ssl.SSLContext
) -> tuple[int, Mapping[str, str], bytes, str]:
    async with httpx.AsyncClient(verify=tls, trust_env=False, follow_redirects=False) as client:
        *others, last = map(str, addresses)
        for address in others:
            try:
                return *await _send_to(client, call, address), address
            except _NotConnected:
                continue
        return *await _send_to(client, call, last), last


async def _send_to(client: httpx.AsyncClient, call: _Call, address: str) -> tuple[int, Mapping[str, str], bytes]:
    # The URL names the address; name and certificate stay those of the host.
    request = client.build_request(
        call.method,
        call.target.at(address),
        headers=call.headers,
        content=call.content,
        timeout=httpx.Timeout(None, connect=call.connect_seconds),
        extensions={"sni_hostname": call.target.host.removesuffix(".")},
    )
    try:
        response = await client.send(request, stream=True)
        try:
            body = await _read(response, call.max_bytes)
        finally:
            await response.aclose()
    except httpx.ConnectTimeout as error:
        raise _NotConnected("http_timeout", _TOO_SLOW, detail=call.target.authority) from error
    except httpx.ConnectError as error:
        raise _connection_error(error, call.target) from error
    except httpx.HTTPError as error:
        raise _invalid_response(call.target, repr(error)) from error
    return response.status_code, response.headers, body


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    """The body, or a little more than `max_bytes` of it."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in _IDENTITY:
        raise httpx.DecodingError(f"content-encoding {encoding!r} was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > max_bytes:
            break
    return bytes(body[: max_bytes + 1])


class _NotConnected(Unavailable):
    """Nothing was sent; another address of the host may be tried."""


def _connection_error(error: httpx.HTTPError, target: Target) -> AppError:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is not None:
        return Unavailable(
            "http_tls_failed",
            "The other server's certificate is not valid for it.",
            detail=f"{target.authority}: {cause}",
        )
    return _NotConnected(
        "http_connect_failed", "The other server cannot be reached.", detail=f"{target.authority}: {error!r}"
    )


def _invalid_response(target: Target, reason: str) -> Unavailable:
    return Unavailable(
        "http_response_invalid", "The other server's answer is not valid HTTP.", detail=f"{target.authority}: {reason}"
    )


@cache
def _default_tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
