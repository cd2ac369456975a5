"""On the way to a provider and back: who comes back has proved an account there."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import orjson

from app.kit import clock
from app.kit.crypto import b64url, hash_token, new_token
from app.kit.db import unit_of_work
from app.kit.runtime import keyring, settings
from app.signing.errors import TokenInvalid
from app.signing.foreign import parse_foreign, read_foreign
from app.upstream import queries, rules
from app.upstream.errors import AnswerInvalid, AttemptOver, ProviderNotFound, ProviderRefused
from app.upstream.rules import ClaimRefused
from app.upstream.service.talking import ask_about, find_endpoints, find_signing_keys, redeem
from app.upstream.types import Endpoints, Errand, Person, Provider, ProviderKind, Return

ATTEMPT_TTL: Final = timedelta(minutes=10)
MAX_OFFERED: Final = 20
CALLBACK: Final = "/signin/with/{slug}/callback"
_SEALED: Final = "upstream attempt"
_SECRET: Final = "upstream client secret"


@dataclass(frozen=True, slots=True)
class _Sent:
    """What somebody was sent with, and when."""

    errand: Errand
    nonce: str
    verifier: str
    began_at: datetime


async def offered_providers() -> list[Provider]:
    """Who can be signed in with, by name."""
    return await queries.list_enabled(MAX_OFFERED)


async def find_offered(slug: str) -> Provider:
    """The provider of this name.

    Raises:
        ProviderNotFound: there is none, or it is disabled.
    """
    provider = await queries.find_by_slug(slug)
    if provider is None or not provider.is_enabled:
        raise ProviderNotFound
    return provider


async def begin_attempt(
    provider: Provider, browser_id: str, errand: Errand, *, max_age: timedelta | None = None
) -> str:  # fmt: skip
    """Send a browser to a provider. Outside of a unit of work.

    Args:
        max_age: how old the sign-in at an OpenID provider may be; zero asks for a new one (`prompt=login`).

    Returns:
        The URL to go to: code flow with state, nonce and PKCE (RFC 7636 S256).

    Raises:
        ProviderUnavailable.
    """
    endpoints = await find_endpoints(provider)
    state, nonce, verifier = new_token("st"), new_token("no"), new_token("pv")
    secrets = keyring().seal(orjson.dumps([nonce, verifier]), purpose=_SEALED)
    async with unit_of_work():
        await queries.insert_attempt(
            hash_token(state).hex(), provider.id, hash_token(browser_id), secrets,
            flow_id=errand.flow_id, next_url=errand.next, user_id=errand.user_id,
            expires_at=clock.now() + ATTEMPT_TTL,
        )  # fmt: skip
    parameters = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": callback_url(provider.slug),
        "scope": " ".join(provider.scopes),
        "state": state,
        "code_challenge": b64url(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    if provider.kind is ProviderKind.OIDC:
        parameters["nonce"] = nonce
        if max_age is not None:
            parameters["max_age"] = str(int(max_age.total_seconds()))
        if max_age == timedelta():
            parameters["prompt"] = "login"
    return rules.authorization_url(endpoints.authorization, parameters)


def callback_url(slug: str) -> str:
    """Where a provider sends people back to; it is registered there."""
    return settings().issuer + CALLBACK.format(slug=slug)


async def finish_attempt(provider: Provider, browser_id: str, answer: Mapping[str, str]) -> Return:
    """Take somebody back. Outside of a unit of work: the provider is asked.

    Args:
        answer: the parameters of the authorization response.

    Raises:
        AttemptOver: it answers no question of this browser.
        ProviderRefused: the provider says no. ProviderUnavailable. AnswerInvalid.
    """
    sent = await _spend(provider, browser_id, answer.get("state", ""))
    if "error" in answer:
        raise ProviderRefused(provider.name, answer["error"][:100])
    endpoints = await find_endpoints(provider)
    _check_issuer(provider, endpoints, answer)
    person, proved_at = await _identify(provider, endpoints, sent, answer.get("code", ""))
    return Return(provider, person, sent.errand, proved_at)


def _check_issuer(provider: Provider, endpoints: Endpoints, answer: Mapping[str, str]) -> None:
    """Source: RFC 9207 §2.4. An OAuth 2.0 service has no issuer that we know, but a redirect URI of its own."""
    if endpoints.issuer is None:
        return
    if answer.get("iss", endpoints.issuer) != endpoints.issuer or (endpoints.names_itself and "iss" not in answer):
        raise AnswerInvalid(provider.name, "iss of the response is another issuer")


async def _spend(provider: Provider, browser_id: str, state: str) -> _Sent:
    async with unit_of_work():
        row = await queries.spend_attempt(hash_token(state).hex(), hash_token(browser_id), provider.id)
    if row is None or row["expires_at"] <= clock.now():
        raise AttemptOver
    nonce, verifier = orjson.loads(keyring().open(row["secrets"], purpose=_SEALED))
    errand = Errand(row["flow_id"], row["next"], row["user_id"])
    return _Sent(errand, nonce, verifier, row["expires_at"] - ATTEMPT_TTL)


async def _identify(
    provider: Provider, endpoints: Endpoints, sent: _Sent, code: str
) -> tuple[Person, datetime | None]:  # fmt: skip
    secret = await open_secret(provider)
    tokens = await redeem(
        provider, endpoints, secret,
        {"code": code, "redirect_uri": callback_url(provider.slug), "code_verifier": sent.verifier},
    )  # fmt: skip
    access_token = tokens.get("access_token")
    claims: Mapping[str, object] = {}
    person = None
    try:
        if provider.kind is ProviderKind.OIDC:
            claims = await _read_id_token(provider, tokens, sent.nonce)
            person = rules.read_person(claims, provider.claims)
        if isinstance(access_token, str) and endpoints.userinfo and (person is None or person.email is None):
            person = await _complete(provider, endpoints.userinfo, access_token, claims)
    except (ClaimRefused, TokenInvalid) as error:
        raise AnswerInvalid(provider.name, str(error)) from error
    if person is None:
        raise AnswerInvalid(provider.name, "neither ID token nor access token")
    proved_at = rules.find_proof_time(claims, began=sent.began_at, now=clock.now())
    return await _with_address(provider, endpoints, person, access_token), proved_at


async def _read_id_token(provider: Provider, tokens: Mapping[str, object], nonce: str) -> Mapping[str, object]:
    text = tokens.get("id_token")
    if not isinstance(text, str):
        raise ClaimRefused("there is no ID token")
    token = parse_foreign(text)
    claims = read_foreign(token, await find_signing_keys(provider, token))
    rules.check_id_token(
        claims, issuer=provider.issuer or "", client_id=provider.client_id, nonce=nonce, now=clock.now()
    )
    return claims


async def _complete(provider: Provider, url: str, access_token: str, claims: Mapping[str, object]) -> Person:
    """Who the user endpoint speaks of, or the person of the ID token with what it adds.

    Args:
        claims: those of the ID token, whose word counts more (OpenID Connect Core §5.3.2); empty without one.
    """
    answer = await ask_about(provider, url, access_token)
    if not isinstance(answer, dict):
        raise ClaimRefused("the user endpoint tells no object")
    if not claims:
        return rules.read_person(answer, provider.claims)
    if answer.get("sub") != claims.get("sub"):
        raise ClaimRefused("sub of the user endpoint is somebody else")
    return rules.complete_person(claims, answer, provider.claims)


async def _with_address(provider: Provider, endpoints: Endpoints, person: Person, access_token: object) -> Person:
    if endpoints.emails is None or not isinstance(access_token, str):
        return person
    email, is_verified = rules.pick_address(await ask_about(provider, endpoints.emails, access_token))
    return person if email is None else replace(person, email=email, is_verified=is_verified)


async def open_secret(provider: Provider) -> str | None:
    """The client secret of a provider; None when it has none."""
    sealed = await queries.read_secret(provider.id) if provider.has_secret else None
    return keyring().open(bytes(sealed), purpose=_SECRET).decode() if sealed is not None else None


def seal_secret(secret: str) -> bytes:
    """A client secret as it is stored."""
    return keyring().seal(secret.encode(), purpose=_SECRET)


async def sweep_attempts() -> int:
    """Forget attempts that nobody came back from; how many."""
    return await queries.sweep(clock.now())
