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
from app.kit.limits import RateLimit, count_hit, window_rest
from app.kit.runtime import override
from app.oidc import client_keys
from app.oidc.client_keys import PER_ADDRESS, PER_CLIENT, PER_HOST, forget_published
from app.sessions.types import Session
from tests.oidc.machines import KeyPair, Machine, make_signer
from tests.oidc.registering import describe_itself
from tests.oidc.requesting import make_signing_party
from tests.oidc.support import answer_of


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


async def test_a_client_that_registered_itself_does_not_reach_what_operators_opened(
    browser: httpx.AsyncClient, signer: Machine, server: KeyServer
) -> None:
    stranger = await make_signer(browser, jwks_uri=server.uri)
    server.keys.append(stranger.key.jwk)
    await describe_itself(stranger.client.id)

    refused = await stranger.prove(stranger.assertion())

    assert (refused.status_code, refused.json()["error"], server.asked) == (401, "invalid_client", 0)
    # Nor does it keep the clients of operators from asking there.
    assert (await signer.prove(signer.assertion())).status_code == 200
    assert server.asked == 1


async def test_operators_open_some_targets_to_clients_that_register(signer: Machine, server: KeyServer) -> None:
    await describe_itself(signer.client.id)

    with override(outbound_allow=(), registration_outbound_allow=(f"localhost:{server.port}",)):
        answer = await signer.prove(signer.assertion())

    assert (answer.status_code, server.asked) == (200, 1)


@pytest.mark.parametrize("limit", [PER_ADDRESS, PER_CLIENT, PER_HOST], ids=lambda limit: limit.name)
async def test_clients_that_register_themselves_do_not_make_us_call_without_end(
    browser: httpx.AsyncClient, signer: Machine, server: KeyServer, limit: RateLimit
) -> None:
    stranger = await make_signer(browser, KeyPair(kid="stranger"), jwks_uri=f"{server.uri}/stranger")
    server.keys.append(stranger.key.jwk)
    await describe_itself(stranger.client.id)
    target = (f"localhost:{server.port}",)
    buckets = {PER_ADDRESS: "127.0.0.1", PER_CLIENT: stranger.client.id, PER_HOST: "localhost"}
    with override(registration_outbound_allow=target), clock.frozen() as now:
        await count_hit(limit, buckets[limit], cost=limit.hits)
        refused = await stranger.prove(stranger.assertion())
        asked = server.asked
        operators = await signer.prove(signer.assertion())

        now.advance(window_rest(limit))
        later = await stranger.prove(stranger.assertion())

    assert (refused.status_code, refused.json()["error"], asked) == (429, "temporarily_unavailable", 0)
    assert int(refused.headers["retry-after"]) >= 1
    assert (operators.status_code, later.status_code, server.asked) == (200, 200, 2)


async def test_a_signed_request_of_such_a_client_is_put_off_too(
    browser: httpx.AsyncClient, session: Session, server: KeyServer
) -> None:
    stranger = await make_signing_party(browser, jwks_uri=server.uri)
    server.keys = [stranger.key.jwk]
    await describe_itself(stranger.client.id)
    with override(registration_outbound_allow=(f"localhost:{server.port}",)), clock.frozen():
        await count_hit(PER_ADDRESS, "127.0.0.1", cost=PER_ADDRESS.hits)
        refused = answer_of(await stranger.refusal(stranger.request_object()))
        pushed = await stranger.post("/oauth2/par", {"request": stranger.request_object()})

    assert (refused["error"], server.asked) == ("temporarily_unavailable", 0)
    assert (pushed.status_code, pushed.json()["error"]) == (429, "temporarily_unavailable")


async def test_who_is_out_of_budget_is_still_known_by_the_keys_that_are_remembered(
    signer: Machine, server: KeyServer
) -> None:
    await describe_itself(signer.client.id)
    with override(registration_outbound_allow=(f"localhost:{server.port}",)), clock.frozen():
        assert (await signer.prove(signer.assertion())).status_code == 200
        await count_hit(PER_CLIENT, signer.client.id, cost=PER_CLIENT.hits)

        answer = await signer.prove(signer.assertion())

    assert (answer.status_code, server.asked) == (200, 1)


async def test_the_address_that_was_not_needed_for_longest_is_forgotten_first(
    browser: httpx.AsyncClient, server: KeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_keys, "MAX_ADDRESSES", 2)
    first, second, third = [
        await make_signer(browser, KeyPair(kid=kid), jwks_uri=f"{server.uri}/{kid}") for kid in ("a", "b", "c")
    ]
    server.keys = [each.key.jwk for each in (first, second, third)]
    asked = []

    for each in (first, second, first, third, first, second):
        assert (await each.prove(each.assertion())).status_code == 200
        asked.append(server.asked)

    assert asked == [1, 2, 2, 3, 3, 4]
