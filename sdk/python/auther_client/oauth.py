"""Signing a person in from a program: in a browser on this machine, or with a code on another device.

Source: RFC 8252 (loopback redirect), RFC 7636 (PKCE), RFC 8628 (device), RFC 7009 (revocation), RFC 8414 (metadata),
RFC 9207 (`iss` in the answer).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx
from pydantic import JsonValue

from auther_client.addresses import base_address
from auther_client.errors import ConnectionFailed, SignInFailed, UnexpectedAnswer
from auther_client.loopback import Loopback

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_DISCOVERY = "/.well-known/openid-configuration"
# RFC 8628 §3.5: how much longer to wait after `slow_down`, and what is waited when the server says nothing.
SLOWER_SECONDS = 5
_INTERVAL_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives. `expires_in_seconds` is the access token's life from now."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    expires_in_seconds: int


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """What a person is shown: a code, and where to enter it."""

    device_code: str = field(repr=False)
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in_seconds: int
    interval_seconds: int


class OAuth:
    """The sign-in of one public client at one server."""

    def __init__(self, url: str, client_id: str, metadata: Mapping[str, JsonValue], http: httpx.AsyncClient) -> None:
        self._url = url
        self._client_id = client_id
        self._metadata = metadata
        self._http = http

    @property
    def takes_device_codes(self) -> bool:
        """Whether the server has the device flow."""
        return isinstance(self._metadata.get("device_authorization_endpoint"), str)

    async def begin_device(self, scope: str) -> DeviceCode:
        """Ask for a code that a person enters elsewhere (RFC 8628 §3.1).

        Raises:
            SignInFailed, ConnectionFailed, UnexpectedAnswer.
        """
        told = await self._post("device_authorization_endpoint", {"scope": scope})
        complete = told.get("verification_uri_complete")
        return DeviceCode(
            _text(told, "device_code"),
            _text(told, "user_code"),
            _text(told, "verification_uri"),
            complete if isinstance(complete, str) else None,
            _seconds(told, "expires_in", 600),
            _seconds(told, "interval", _INTERVAL_SECONDS),
        )

    async def finish_device(
        self, code: DeviceCode, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> Tokens:
        """Wait until the person has decided (RFC 8628 §3.4).

        Raises:
            SignInFailed: `access_denied`, `expired_token`.
        """
        interval, waited = code.interval_seconds, 0
        while waited < code.expires_in_seconds:
            await sleep(interval)
            waited += interval
            try:
                given = {"grant_type": DEVICE_GRANT, "device_code": code.device_code}
                return _read_tokens(await self._post("token_endpoint", given))
            except SignInFailed as error:
                if error.code not in {"authorization_pending", "slow_down"}:
                    raise
                interval += SLOWER_SECONDS if error.code == "slow_down" else 0
            except ConnectionFailed:
                interval *= 2
        raise SignInFailed("expired_token", "Nobody entered the code in time.")

    async def sign_in_with_browser(self, scope: str, show: Callable[[str, str], None]) -> Tokens:
        """Send a person's browser to the server and wait for it to come back to a port of this machine.

        Args:
            show: is given the address to open, and one of this machine that leads there once, which tells nobody
                anything who sees the arguments of programs.

        Raises:
            SignInFailed, ConnectionFailed, UnexpectedAnswer.
        """
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        async with Loopback() as loopback:
            query = {
                "response_type": "code",
                "client_id": self._client_id,
                "redirect_uri": loopback.redirect_uri,
                "scope": scope,
                "state": state,
                "code_challenge": _challenge(verifier),
                "code_challenge_method": "S256",
            }
            address = f"{_text(self._metadata, 'authorization_endpoint')}?{urlencode(query)}"
            show(address, loopback.start_at(address))
            answer = await loopback.receive(state)
        if answer.get("iss") != self._metadata.get("issuer"):
            raise SignInFailed("invalid_issuer", "The answer came from another server.")
        if "code" not in answer:
            raise SignInFailed(answer.get("error", "server_error"), _explain(answer))
        given = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": loopback.redirect_uri,
            "code_verifier": verifier,
        }
        return _read_tokens(await self._post("token_endpoint", given))

    async def refresh(self, refresh_token: str) -> Tokens:
        """Fresh tokens for a refresh token, which is spent by it.

        Raises:
            SignInFailed: `invalid_grant`, it is not valid (any more).
        """
        given = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return _read_tokens(await self._post("token_endpoint", given))

    async def revoke(self, refresh_token: str) -> None:
        """End a sign-in and all its tokens (RFC 7009)."""
        await self._post("revocation_endpoint", {"token": refresh_token, "token_type_hint": "refresh_token"})

    async def _post(self, endpoint: str, form: Mapping[str, str]) -> Mapping[str, JsonValue]:
        address = self._metadata.get(endpoint)
        if not isinstance(address, str):
            raise SignInFailed("unsupported", f"{self._url} does not offer this: it has no {endpoint}.")
        answer = await _ask(self._http, "POST", address, {**form, "client_id": self._client_id})
        told = _read_json(answer)
        if answer.is_success:
            return told
        raise SignInFailed(str(told.get("error", "server_error")), _explain(told))


@asynccontextmanager
async def open_oauth(
    url: str,
    client_id: str,
    *,
    allow_plain_http: bool = False,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[OAuth]:
    """The sign-in of a server, found by its metadata (RFC 8414 §3).

    Raises:
        InsecureAddress, ConnectionFailed. UnexpectedAnswer: there is no such server, or it is another one.
    """
    base = base_address(url, allow_plain_http=allow_plain_http)
    async with httpx.AsyncClient(timeout=30, transport=transport) as http:
        metadata = _read_json(await _ask(http, "GET", base + _DISCOVERY, None))
        if metadata.get("issuer") != base:
            raise UnexpectedAnswer(f"{base} calls itself {metadata.get('issuer')}: give it by that address.")
        for name, value in metadata.items():
            if name.endswith("_endpoint") and isinstance(value, str):
                base_address(value.partition("?")[0], allow_plain_http=allow_plain_http)
        yield OAuth(base, client_id, metadata, http)


async def _ask(http: httpx.AsyncClient, method: str, address: str, form: Mapping[str, str] | None) -> httpx.Response:
    try:
        return await http.request(method, address, data=form, headers={"accept": "application/json"})
    except httpx.HTTPError as error:
        raise ConnectionFailed(f"{address} cannot be reached: {error}.") from error


def _read_json(answer: httpx.Response) -> Mapping[str, JsonValue]:
    if answer.is_success and not answer.content:
        return {}
    try:
        told: JsonValue = answer.json()
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise UnexpectedAnswer(f"{answer.request.url} answered {answer.status_code}: that is no Auther server.")
    return told


def _read_tokens(told: Mapping[str, JsonValue]) -> Tokens:
    refresh = told.get("refresh_token")
    return Tokens(
        _text(told, "access_token"), refresh if isinstance(refresh, str) else None, _seconds(told, "expires_in", 60)
    )


def _explain(told: Mapping[str, JsonValue] | Mapping[str, str]) -> str:
    return str(told.get("error_description") or told.get("error") or "The server refused.")


def _text(told: Mapping[str, JsonValue], name: str) -> str:
    value = told.get(name)
    if not isinstance(value, str):
        raise UnexpectedAnswer(f"The server's answer has no {name}.")
    return value


def _seconds(told: Mapping[str, JsonValue], name: str, otherwise: int) -> int:
    value = told.get(name)
    return value if isinstance(value, int) and value > 0 else otherwise


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
