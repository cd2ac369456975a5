"""Speaking with providers: their metadata, their keys, and what they say of a person. Not inside a unit of work."""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote_plus, urlencode

import orjson

from app.kit import clock
from app.kit.errors import AppError
from app.kit.http import OutboundPolicy, OutboundResponse, fetch
from app.kit.runtime import settings
from app.signing.errors import KeySetInvalid
from app.signing.foreign import MAX_KEY_SET_BYTES, ForeignKey, ForeignToken, pick_keys, read_key_set
from app.upstream.errors import ProviderUnavailable
from app.upstream.types import AUTH_BASIC, AUTH_POST, Endpoints, Provider, ProviderKind

TIMEOUT: Final = timedelta(seconds=10)
FRESH: Final = timedelta(hours=1)
RETRY: Final = timedelta(seconds=30)
MAX_ANSWER_BYTES: Final = 256 * 1024
MAX_REMEMBERED: Final = 200
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_AGENT: Final = "auther"


@dataclass(slots=True)
class _Remembered:
    """What a provider published: its endpoints, and the keys as they were read last. Never what operators set."""

    endpoints: Endpoints
    read_at: datetime
    keys: tuple[ForeignKey, ...] = ()
    keys_read_at: datetime | None = None


_remembered: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()


def forget_upstreams() -> None:
    """Drop what this process has fetched."""
    _remembered.clear()


async def find_endpoints(provider: Provider) -> Endpoints:
    """Where the provider is spoken with: as configured, else as it publishes (OpenID Connect Discovery §4).

    Raises:
        ProviderUnavailable.
    """
    if provider.kind is ProviderKind.OAUTH2:
        assert provider.authorization_endpoint is not None
        assert provider.token_endpoint is not None
        return Endpoints(
            provider.authorization_endpoint, provider.token_endpoint, provider.userinfo_endpoint,
            provider.emails_endpoint, None, None, names_itself=False,
        )  # fmt: skip
    published = (await _discover(provider)).endpoints
    return replace(
        published,
        authorization=provider.authorization_endpoint or published.authorization,
        token=provider.token_endpoint or published.token,
        userinfo=provider.userinfo_endpoint or published.userinfo,
        emails=provider.emails_endpoint,
    )


async def find_signing_keys(provider: Provider, token: ForeignToken) -> list[ForeignKey]:
    """The keys of an OpenID provider that may have signed this token; read anew when it names one we do not know.

    Raises:
        ProviderUnavailable.
    """
    known = await _discover(provider)
    found = pick_keys(token, known.keys)
    if known.keys_read_at is None or (not found and clock.now() - known.keys_read_at >= RETRY):
        known.keys = await read_keys(provider, known.endpoints)
        known.keys_read_at = clock.now()
        found = pick_keys(token, known.keys)
    return list(found)


async def redeem(
    provider: Provider, endpoints: Endpoints, secret: str | None, parameters: Mapping[str, str]
) -> Mapping[str, object]:
    """The answer of the token endpoint to a code (RFC 6749 §4.1.3).

    Raises:
        ProviderUnavailable.
    """
    fields = {"grant_type": "authorization_code", "client_id": provider.client_id, **parameters}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if provider.token_endpoint_auth_method == AUTH_BASIC:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret or '')}"
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif provider.token_endpoint_auth_method == AUTH_POST:
        fields["client_secret"] = secret or ""
    answer = await _send(provider, endpoints.token, method="POST", headers=headers, content=urlencode(fields).encode())
    found = _object(provider, answer, "token endpoint")
    # GitHub tells errors with a status of 200.
    if answer.status != 200 or "error" in found:
        raise ProviderUnavailable(provider.name, f"token endpoint: {answer.status} {str(found.get('error'))[:100]}")
    return found


async def ask_about(provider: Provider, url: str, access_token: str) -> object:
    """What an endpoint of the provider says of whom the access token is for.

    Raises:
        ProviderUnavailable.
    """
    answer = await _send(provider, url, headers={"authorization": f"Bearer {access_token}"})
    if answer.status != 200:
        raise ProviderUnavailable(provider.name, f"user endpoint: {answer.status}")
    return _json(provider, answer, "user endpoint")


async def _discover(provider: Provider) -> _Remembered:
    assert provider.issuer is not None
    key = (provider.id, provider.issuer)
    known = _remembered.get(key)
    if known is None or abs(clock.now() - known.read_at) >= FRESH:
        endpoints = await read_metadata(provider)
        known = _remembered[key] = _Remembered(endpoints, clock.now())
        if len(_remembered) > MAX_REMEMBERED:
            _remembered.popitem(last=False)
    return known


async def read_metadata(provider: Provider) -> Endpoints:
    """The endpoints that an OpenID provider publishes now.

    Raises:
        ProviderUnavailable: with what is wrong.
    """
    assert provider.issuer is not None
    answer = await _send(provider, provider.issuer.rstrip("/") + _WELL_KNOWN)
    if answer.status != 200:
        raise ProviderUnavailable(provider.name, f"discovery: {answer.status}")
    found = _object(provider, answer, "discovery")
    if found.get("issuer") != provider.issuer:
        raise ProviderUnavailable(provider.name, f"discovery: issuer is {str(found.get('issuer'))[:200]}")
    needed = [found.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(each, str) for each in needed):
        raise ProviderUnavailable(provider.name, "discovery: an endpoint is missing")
    userinfo = found.get("userinfo_endpoint")
    return Endpoints(
        authorization=str(needed[0]),
        token=str(needed[1]),
        userinfo=userinfo if isinstance(userinfo, str) else None,
        emails=None,
        jwks_uri=str(needed[2]),
        issuer=provider.issuer,
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


async def read_keys(provider: Provider, published: Endpoints) -> tuple[ForeignKey, ...]:
    """The keys that an OpenID provider publishes now.

    Raises:
        ProviderUnavailable: with what is wrong.
    """
    assert published.jwks_uri is not None
    answer = await _send(provider, published.jwks_uri, max_bytes=MAX_KEY_SET_BYTES)
    if answer.status != 200:
        raise ProviderUnavailable(provider.name, f"keys: {answer.status}")
    try:
        return read_key_set(answer.body)
    except KeySetInvalid as error:
        raise ProviderUnavailable(provider.name, f"keys: {error.detail}") from error


async def _send(
    provider: Provider,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    content: bytes = b"",
    max_bytes: int = MAX_ANSWER_BYTES,
) -> OutboundResponse:
    try:
        answer = await fetch(
            url,
            method=method,
            headers={"accept": "application/json", "user-agent": _AGENT, **(headers or {})},
            content=content,
            timeout=TIMEOUT,
            max_bytes=max_bytes,
            policy=OutboundPolicy.of(settings().outbound_allow),
        )
    except AppError as error:
        raise ProviderUnavailable(provider.name, f"{url}: {error.code}") from error
    if answer.is_truncated:
        raise ProviderUnavailable(provider.name, f"{url}: the answer is too large")
    return answer


def _object(provider: Provider, answer: OutboundResponse, what: str) -> Mapping[str, object]:
    found = _json(provider, answer, what)
    if not isinstance(found, dict):
        raise ProviderUnavailable(provider.name, f"{what}: no JSON object")
    return found


def _json(provider: Provider, answer: OutboundResponse, what: str) -> object:
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise ProviderUnavailable(provider.name, f"{what}: {answer.status}, no JSON") from None
