"""Signing in from a program: codes for other devices, a browser on this machine, and what a forged answer does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest

from auther_client import ConnectionFailed, InsecureAddress, SignInFailed, UnexpectedAnswer
from auther_client.oauth import DEVICE_GRANT, OAuth, open_oauth
from tests.sdk.support import URL

METADATA = {
    "issuer": URL,
    "authorization_endpoint": f"{URL}/oauth2/authorize",
    "token_endpoint": f"{URL}/oauth2/token",
    "revocation_endpoint": f"{URL}/oauth2/revoke",
    "device_authorization_endpoint": f"{URL}/oauth2/device_authorization",
}
CODE = {
    "device_code": "secret-device-code",
    "user_code": "WDJB-MJHT",
    "verification_uri": f"{URL}/device",
    "expires_in": 60,
    "interval": 5,
}
TOKENS = {"access_token": "at", "refresh_token": "rt", "expires_in": 900, "token_type": "Bearer"}


class Provider:
    """Answers forms with what a test wants."""

    def __init__(self, *answers: object, metadata: dict[str, str] | None = None) -> None:
        self.answers = list(answers)
        self.metadata = metadata or METADATA
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.waited: list[float] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=self.metadata)
        self.forms.append((request.url.path, dict(parse_qsl(request.content.decode()))))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, str):
            return httpx.Response(400, json={"error": answer, "error_description": f"because {answer}"})
        return httpx.Response(200, json=answer) if answer is not None else httpx.Response(200)

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


@asynccontextmanager
async def opened(provider: Provider) -> AsyncIterator[OAuth]:
    async with open_oauth(URL, "auther-cli", transport=httpx.MockTransport(provider.answer)) as oauth:
        yield oauth


async def finish_device(provider: Provider) -> Any:
    async with opened(provider) as oauth:
        code = await oauth.begin_device("openid auther:api")
        return await oauth.finish_device(code, sleep=provider.sleep)


async def test_rfc_8628_section_3_4_the_server_is_asked_until_the_person_has_decided() -> None:
    provider = Provider(CODE, "authorization_pending", "authorization_pending", TOKENS)

    tokens = await finish_device(provider)

    assert (tokens.access_token, tokens.refresh_token, tokens.expires_in_seconds) == ("at", "rt", 900)
    assert provider.waited == [5, 5, 5]
    assert provider.forms[0] == (
        "/oauth2/device_authorization",
        {"scope": "openid auther:api", "client_id": "auther-cli"},
    )
    assert provider.forms[1] == (
        "/oauth2/token",
        {"grant_type": DEVICE_GRANT, "device_code": "secret-device-code", "client_id": "auther-cli"},
    )


async def test_rfc_8628_section_3_5_slow_down_adds_five_seconds_for_good() -> None:
    provider = Provider(CODE, "slow_down", "authorization_pending", TOKENS)

    await finish_device(provider)

    assert provider.waited == [5, 10, 10]


async def test_rfc_8628_section_3_5_the_network_failing_doubles_the_wait() -> None:
    provider = Provider(CODE, httpx.ConnectTimeout("late"), TOKENS)

    await finish_device(provider)

    assert provider.waited == [5, 10]


@pytest.mark.parametrize("code", ["access_denied", "expired_token"])
async def test_a_refusal_ends_the_asking(code: str) -> None:
    provider = Provider(CODE, code)

    with pytest.raises(SignInFailed, match=f"because {code}") as caught:
        await finish_device(provider)

    assert (caught.value.code, len(provider.forms)) == (code, 2)


async def test_nobody_is_asked_for_ever() -> None:
    provider = Provider(CODE, *["authorization_pending"] * 12)

    with pytest.raises(SignInFailed) as caught:
        await finish_device(provider)

    assert (caught.value.code, sum(provider.waited)) == ("expired_token", 60)


async def sign_in(
    provider: Provider, answer: Callable[[dict[str, str]], dict[str, str]]
) -> tuple[Any, list[httpx.Response]]:
    """Sign in with a browser that brings back what `answer` makes of the request's parameters."""
    pages: list[httpx.Response] = []
    asked: list[str] = []

    async def browse() -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked[0]).query).items()}
        async with httpx.AsyncClient() as browser:
            pages.append(await browser.get(asked[1]))
            pages.append(await browser.get(asked[1]))
            pages.append(await browser.get(query["redirect_uri"], params={"code": "forged", "state": "guessed"}))
            pages.append(await browser.get(query["redirect_uri"], params=answer(query)))

    import asyncio

    browsing: list[asyncio.Task[None]] = []

    def show(address: str, short_address: str) -> None:
        asked.extend((address, short_address))
        browsing.append(asyncio.create_task(browse()))

    async with opened(provider) as oauth:
        try:
            return await oauth.sign_in_with_browser("openid", show), pages
        finally:
            await browsing[0]


def good(query: dict[str, str]) -> dict[str, str]:
    return {"code": "the-code", "state": query["state"], "iss": URL}


async def test_a_browser_brings_a_code_that_only_this_program_can_use() -> None:
    provider = Provider(TOKENS)

    tokens, (start, again, forged, done) = await sign_in(provider, good)

    sent = provider.forms[0][1]
    query = parse_qs(urlsplit(start.headers["location"]).query)
    assert tokens.refresh_token == "rt"
    assert (start.status_code, again.status_code) == (303, 404), (
        "what starts a browser names an address that works once"
    )
    assert (forged.status_code, done.status_code) == (404, 200)
    assert (sent["code"], sent["client_id"]) == ("the-code", "auther-cli")
    assert sent["redirect_uri"].startswith("http://127.0.0.1:")
    assert query["code_challenge_method"] == ["S256"]
    assert sent["code_verifier"] not in start.headers["location"]


async def test_rfc_9207_an_answer_of_another_server_is_refused() -> None:
    provider = Provider()

    with pytest.raises(SignInFailed) as caught:
        await sign_in(provider, lambda query: {**good(query), "iss": "https://evil.example"})

    assert (caught.value.code, provider.forms) == ("invalid_issuer", [])


async def test_a_person_who_says_no_is_heard() -> None:
    with pytest.raises(SignInFailed) as caught:
        await sign_in(Provider(), lambda query: {"error": "access_denied", "state": query["state"], "iss": URL})

    assert caught.value.code == "access_denied"


async def test_rfc_8414_section_3_3_a_server_that_calls_itself_otherwise_is_refused() -> None:
    provider = Provider(metadata={**METADATA, "issuer": "https://evil.example"})

    with pytest.raises(UnexpectedAnswer, match=r"calls itself https://evil\.example"):
        async with opened(provider):
            pass


async def test_endpoints_without_tls_get_no_secret() -> None:
    provider = Provider(metadata={**METADATA, "token_endpoint": "http://id.example.com/token"})

    with pytest.raises(InsecureAddress):
        async with opened(provider):
            pass


async def test_what_is_no_server_is_said_so() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(404, text="<html>"))

    with pytest.raises(UnexpectedAnswer, match="that is no Auther server"):
        async with open_oauth(URL, "auther-cli", transport=transport):
            pass


async def test_a_server_that_is_away_is_named() -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ConnectionFailed, match=URL):
        async with open_oauth(URL, "auther-cli", transport=httpx.MockTransport(away)):
            pass


async def test_signing_out_revokes_the_refresh_token() -> None:
    provider = Provider(None)

    async with opened(provider) as oauth:
        await oauth.revoke("rt")

    assert provider.forms == [
        ("/oauth2/revoke", {"token": "rt", "token_type_hint": "refresh_token", "client_id": "auther-cli"})
    ]


async def test_secrets_are_not_shown() -> None:
    provider = Provider(CODE, TOKENS)

    async with opened(provider) as oauth:
        code = await oauth.begin_device("openid")
        tokens = await oauth.finish_device(code, sleep=provider.sleep)

    shown = json.dumps([repr(code), repr(tokens)])
    assert "secret-device-code" not in shown
    assert "'at'" not in shown
    assert "'rt'" not in shown
