"""Keys that clients publish at an address of theirs (OIDC Core §10.1.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from app.kit import clock
from app.kit.runtime import override
from app.oidc.client_keys import forget_published
from tests.oidc.machines import KeyPair, Machine, make_signer


class KeyServer:
    """Publishes whatever it holds, and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.status = "200 OK"
        self.body: bytes | None = None
        self.asked = 0
        self.port = 0

    @property
    def uri(self) -> str:
        return f"http://localhost:{self.port}/jwks"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = orjson.dumps({"keys": self.keys}) if self.body is None else self.body
        head = f"HTTP/1.1 {self.status}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    server = KeyServer()
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    forget_published()
    with override(outbound_allow=(f"localhost:{server.port}",)):
        yield server
    listener.close()
    await listener.wait_closed()


@pytest.fixture
async def signer(browser: httpx.AsyncClient, server: KeyServer) -> Machine:
    signer = await make_signer(browser, jwks_uri=server.uri)
    server.keys = [signer.key.jwk]
    return signer


async def test_published_keys_are_fetched_once_and_remembered(signer: Machine, server: KeyServer) -> None:
    answers = await asyncio.gather(*(signer.prove(signer.assertion()) for _ in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert server.asked == 1


async def test_an_unknown_kid_has_them_fetched_again_but_not_at_will(signer: Machine, server: KeyServer) -> None:
    with clock.frozen() as now:
        assert (await signer.prove(signer.assertion())).status_code == 200
        signer.key = KeyPair(kid="key-2")
        server.keys = [signer.key.jwk]
        refused = await signer.prove(signer.assertion())
        assert (refused.json()["error"], server.asked) == ("invalid_client", 1)

        now.advance(timedelta(seconds=31))
        assert (await signer.prove(signer.assertion())).status_code == 200
        for _ in range(10):
            await signer.prove(KeyPair(kid="made-up").sign(signer.assertion_claims()))

    assert server.asked == 2


async def test_a_key_that_is_published_no_more_counts_no_more(signer: Machine, server: KeyServer) -> None:
    with clock.frozen() as now:
        assert (await signer.prove(signer.assertion())).status_code == 200
        server.keys = [KeyPair(kid="other").jwk]
        now.advance(timedelta(minutes=11))

        assert (await signer.prove(signer.assertion())).status_code == 401


async def test_while_the_address_is_away_its_keys_count_for_an_hour(signer: Machine, server: KeyServer) -> None:
    with clock.frozen() as now:
        assert (await signer.prove(signer.assertion())).status_code == 200
        server.status = "503 Service Unavailable"
        now.advance(timedelta(minutes=30))
        assert (await signer.prove(signer.assertion())).status_code == 200

        now.advance(timedelta(minutes=31))
        assert (await signer.prove(signer.assertion())).status_code == 401


@pytest.mark.parametrize(
    "spoil",
    [
        lambda server: setattr(server, "status", "302 Found"),
        lambda server: setattr(server, "status", "404 Not Found"),
        lambda server: setattr(server, "body", b"not json"),
        lambda server: setattr(server, "body", b'{"keys": 7}'),
        lambda server: setattr(server, "body", b'{"keys": []}'),
        lambda server: setattr(server, "body", b'{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'),
        lambda server: setattr(server, "body", orjson.dumps({"keys": server.keys}) + b" " * 70_000),
    ],
)
async def test_what_is_no_key_set_lets_nobody_in(
    signer: Machine, server: KeyServer, spoil: Callable[[KeyServer], None]
) -> None:
    spoil(server)

    answer = await signer.prove(signer.assertion())

    assert (answer.status_code, answer.json()["error"], server.asked) == (401, "invalid_client", 1)


async def test_keys_for_other_uses_are_passed_over(signer: Machine, server: KeyServer) -> None:
    server.keys = [{"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"}, {**KeyPair().jwk, "use": "enc"}, signer.key.jwk]

    assert (await signer.prove(signer.assertion())).status_code == 200


async def test_private_addresses_are_not_asked(signer: Machine, server: KeyServer) -> None:
    with override(outbound_allow=()):
        answer = await signer.prove(signer.assertion())

    assert (answer.status_code, server.asked) == (401, 0)
