"""Clients whose id is the URL of a document (draft-ietf-oauth-client-id-metadata-document, as MCP clients use it)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from app.clients.registration import service as registrations
from app.clients.service import create_client, delete_client, forget_clients, update_client
from app.clients.types import ClientChanges, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.oidc.registration.addresses import find_id_problem, fresh_for, is_host_allowed
from app.oidc.registration.documents import MAX_BYTES
from tests.oidc.machines import ASSERTION_TYPE, KeyPair
from tests.oidc.registering import count_clients, stored
from tests.oidc.support import CALLBACK, CHALLENGE, VERIFIER, answer_of, claims_of, sign_in
from tests.support import ISSUER, commit, make_user

MCP_CALLBACK = "http://127.0.0.1:33418/callback"


class Publisher:
    """A host that publishes one document, and counts how often it is asked."""

    def __init__(self) -> None:
        self.port = 0
        self.asked = 0
        self.status = "200 OK"
        self.headers = ["content-type: application/json"]
        self.body: bytes | None = None
        self.changes: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/client.json"

    @property
    def document(self) -> dict[str, Any]:
        members = {
            "client_id": self.url,
            "client_name": "Code Editor",
            "client_uri": "https://editor.example/",
            "redirect_uris": [MCP_CALLBACK, CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            **self.changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        body = orjson.dumps(self.document) if self.body is None else self.body
        lines = [f"HTTP/1.1 {self.status}", f"content-length: {len(body)}", "connection: close", *self.headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        writer.close()


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    listener = await asyncio.start_server(publisher.answer, "127.0.0.1", 0)
    publisher.port = listener.sockets[0].getsockname()[1]
    with override(registration_outbound_allow=(f"localhost:{publisher.port}",), client_documents=("localhost",)):
        yield publisher
    listener.close()
    await listener.wait_closed()


def asking(client_id: str, **changes: str) -> dict[str, str]:
    return {
        "client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid offline_access",
        "code_challenge": CHALLENGE, "code_challenge_method": "S256", **changes,
    }  # fmt: skip


async def authorize(browser: httpx.AsyncClient, client_id: str, **changes: str) -> httpx.Response:
    return await browser.get("/oauth2/authorize", params=asking(client_id, **changes))


async def get_code(browser: httpx.AsyncClient, client_id: str, **changes: str) -> str:
    """The code for who is signed in and allows it."""
    consent = (await authorize(browser, client_id, **changes)).headers["location"]
    page = (await browser.get(consent)).text
    hidden = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("user", "shown", "csrf")}
    allowed = await browser.post(consent, data={**hidden, "decision": "allow"})
    return answer_of(await browser.get(allowed.headers["location"]), at=changes.get("redirect_uri", CALLBACK))["code"]


async def is_accepted(browser: httpx.AsyncClient, client_id: str) -> bool:
    """Whether the request goes on to the sign-in pages, instead of to an error page."""
    answer = await authorize(browser, client_id)
    assert answer.status_code in {303, 400}
    return answer.status_code == 303


async def test_a_document_is_a_client_whose_tokens_name_its_url(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    await sign_in(browser, await make_user())

    code = await get_code(browser, publisher.url)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": publisher.url,
        "code_verifier": VERIFIER,
    }  # fmt: skip
    tokens = (await browser.post("/oauth2/token", data=form)).json()
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": publisher.url}
    renewed = await browser.post("/oauth2/token", data=again)

    assert claims_of(tokens["access_token"])["client_id"] == publisher.url
    assert claims_of(tokens["id_token"])["aud"] == publisher.url
    assert renewed.status_code == 200
    assert publisher.asked == 1
    row = await stored(publisher.url)
    assert (row["source"], row["is_first_party"], row["kind"]) == ("document", False, "native")
    assert row["scopes"] == ["openid", "profile", "email", "offline_access"]


async def test_rfc8252_7_3_the_port_of_a_loopback_address_is_free(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    await sign_in(browser, await make_user())

    assert await get_code(browser, publisher.url, redirect_uri="http://127.0.0.1:49152/callback")


async def test_the_consent_page_says_where_the_client_is_from(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    publisher.changes["logo_uri"] = "https://editor.example/logo.png"
    await sign_in(browser, await make_user())

    page = await browser.get((await authorize(browser, publisher.url)).headers["location"])

    assert "<strong>localhost</strong>" in page.text.split('id="document-host"')[1].split("</p>")[0]
    assert "<strong>app.example.com</strong>" in page.text.split('id="answer-host"')[1].split("</p>")[0]
    assert "logo.png" not in page.text


async def test_an_mcp_client_gets_a_token_for_an_mcp_server(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    """As the MCP specification has it: an id by document, PKCE, a loopback address, the server as resource."""
    server = "https://mcp.example.com/mcp"
    new = NewClient(name="MCP server", kind=ClientKind.MACHINE, resource_uris=(server,))
    await commit(create_client(SYSTEM, new))
    await sign_in(browser, await make_user())
    asked = {"redirect_uri": "http://127.0.0.1:51234/callback", "resource": server, "scope": "openid mcp:tools"}
    with override(registration_scopes=("mcp:tools",)):
        code = await get_code(browser, publisher.url, **asked)
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": asked["redirect_uri"],
        "client_id": publisher.url, "code_verifier": VERIFIER, "resource": server,
    }  # fmt: skip

    answer = await browser.post("/oauth2/token", data=form)

    claims = claims_of(answer.json()["access_token"])
    assert server in claims["aud"]
    assert (claims["client_id"], claims["scope"]) == (publisher.url, "openid mcp:tools")


async def test_rfc9126_2_1_an_unknown_document_client_may_push_its_request(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    pushed = await browser.post("/oauth2/par", data=asking(publisher.url))
    names = {"client_id": publisher.url, "request_uri": pushed.json()["request_uri"]}

    answer = await browser.get("/oauth2/authorize", params=names)

    assert (pushed.status_code, answer.status_code, publisher.asked) == (201, 303, 1)
    assert answer.headers["location"].startswith("/signin?")


async def test_a_client_with_keys_proves_itself_by_them(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    key = KeyPair()
    publisher.changes |= {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [key.jwk]}}
    await sign_in(browser, await make_user())
    code = await get_code(browser, publisher.url)
    now = int(clock.now().timestamp())
    claims = {
        "iss": publisher.url, "sub": publisher.url, "aud": ISSUER, "jti": "one", "iat": now, "exp": now + 60,
    }  # fmt: skip
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
        "client_assertion_type": ASSERTION_TYPE, "client_assertion": key.sign(claims),
    }  # fmt: skip

    tokens = await browser.post("/oauth2/token", data=form)
    without = await browser.post("/oauth2/token", data={**form, "client_id": publisher.url, "client_assertion": ""})

    assert tokens.status_code == 200
    assert (await stored(publisher.url))["kind"] == "web"
    assert without.json()["error"] == "invalid_client"


async def test_what_is_read_is_kept_as_long_as_it_says_for_all_processes(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    publisher.headers.append("cache-control: public, max-age=1800")
    with clock.frozen() as now:
        assert await is_accepted(browser, publisher.url)
        publisher.changes["client_name"] = "Renamed"
        forget_clients()
        now.advance(timedelta(minutes=29))
        assert await is_accepted(browser, publisher.url)
        kept = (await stored(publisher.url))["name"]
        now.advance(timedelta(minutes=2))
        assert await is_accepted(browser, publisher.url)

    assert (kept, (await stored(publisher.url))["name"], publisher.asked) == ("Code Editor", "Renamed", 2)


async def test_a_redirect_uri_that_the_document_lost_counts_no_more(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    with clock.frozen() as now:
        assert await is_accepted(browser, publisher.url)
        publisher.changes["redirect_uris"] = ["https://app.example.com/elsewhere"]
        now.advance(timedelta(hours=2))

        assert not await is_accepted(browser, publisher.url)


async def test_who_asks_at_once_causes_one_call(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    answers = await asyncio.gather(*(authorize(browser, publisher.url) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {303}
    assert publisher.asked == 1


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda p: p.changes.update(client_id=f"{p.url}?x"), id="other-client_id"),
        pytest.param(lambda p: p.changes.update(client_id=None), id="no-client_id"),
        pytest.param(lambda p: p.changes.update(request_uris=[f"{p.url}.jwt"]), id="request_uris"),
        pytest.param(lambda p: p.changes.update(client_secret="shared"), id="secret"),
        pytest.param(lambda p: p.changes.update(client_secret_expires_at=0), id="secret-expires"),
        pytest.param(lambda p: p.changes.update(token_endpoint_auth_method="client_secret_basic"), id="basic"),
        pytest.param(lambda p: p.changes.update(token_endpoint_auth_method="client_secret_post"), id="post"),
        pytest.param(lambda p: p.changes.update(token_endpoint_auth_method="client_secret_jwt"), id="jwt"),
        pytest.param(lambda p: p.changes.update(redirect_uris=None), id="no-redirect_uris"),
        pytest.param(lambda p: p.changes.update(redirect_uris=["http://evil.example/"]), id="http-redirect"),
        pytest.param(lambda p: p.changes.update(redirect_uris=[f"{CALLBACK}#x"]), id="fragment"),
        pytest.param(lambda p: p.changes.update(grant_types=["client_credentials"]), id="grant"),
        pytest.param(lambda p: p.changes.update(jwks={"keys": [{**KeyPair().jwk, "d": "x"}]}), id="private-key"),
        pytest.param(lambda p: setattr(p, "status", "302 Found"), id="redirect"),
        pytest.param(lambda p: setattr(p, "status", "404 Not Found"), id="not-found"),
        pytest.param(lambda p: setattr(p, "status", "500 Oops"), id="server-fault"),
        pytest.param(lambda p: setattr(p, "body", b"x" * (MAX_BYTES + 1)), id="too-large"),
        pytest.param(lambda p: setattr(p, "body", b"<html>"), id="html"),
        pytest.param(lambda p: setattr(p, "body", b"[]"), id="list"),
        pytest.param(lambda p: setattr(p, "body", b'{"a":' * 20 + b"1" + b"}" * 20), id="deep"),
        pytest.param(lambda p: setattr(p, "headers", ["content-type: text/html"]), id="media-type"),
        pytest.param(lambda p: setattr(p, "headers", []), id="no-media-type"),
    ],
)
async def test_a_document_that_makes_no_client(
    browser: httpx.AsyncClient, publisher: Publisher, spoil: Callable[[Publisher], None]
) -> None:
    spoil(publisher)

    answer = await authorize(browser, publisher.url)

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert await count_clients() == 0


async def test_its_requests_are_not_fetched_even_if_an_operator_says_where_they_are(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    assert await is_accepted(browser, publisher.url)
    uri = f"{publisher.url}.jwt"
    await commit(update_client(SYSTEM, publisher.url, ClientChanges(request_uris=(uri,))))

    answer = answer_of(await authorize(browser, publisher.url, request_uri=uri))

    assert (answer["error"], publisher.asked) == ("request_uri_not_supported", 1)


async def test_an_address_that_failed_is_left_alone_for_a_moment(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    publisher.status = "404 Not Found"
    with clock.frozen() as now:
        assert not await is_accepted(browser, publisher.url)
        publisher.status = "200 OK"
        now.advance(timedelta(seconds=29))
        assert not await is_accepted(browser, publisher.url)
        asked = publisher.asked
        now.advance(timedelta(seconds=2))
        assert await is_accepted(browser, publisher.url)

    assert (asked, publisher.asked) == (1, 2)


async def test_while_the_server_is_away_a_known_client_goes_on_for_a_day(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    with clock.frozen() as now:
        assert await is_accepted(browser, publisher.url)
        publisher.status = "503 Service Unavailable"
        now.advance(timedelta(hours=2))
        assert await is_accepted(browser, publisher.url)
        now.advance(timedelta(hours=23))

        assert not await is_accepted(browser, publisher.url)


async def test_a_document_that_is_gone_ends_its_client_at_once(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    with clock.frozen() as now:
        assert await is_accepted(browser, publisher.url)
        publisher.status = "410 Gone"
        now.advance(timedelta(hours=2))

        assert not await is_accepted(browser, publisher.url)
        form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": publisher.url}
        assert (await browser.post("/oauth2/token", data=form)).json()["error"] == "invalid_client"


@pytest.mark.parametrize("hosts", [(), ("example.com",), ("*.localhost",)], ids=["off", "another", "below"])
async def test_only_hosts_that_the_settings_name_are_asked(
    browser: httpx.AsyncClient, publisher: Publisher, hosts: tuple[str, ...]
) -> None:
    with override(client_documents=hosts):
        assert not await is_accepted(browser, publisher.url)
        assert publisher.asked == 0

    assert await is_accepted(browser, publisher.url)
    with override(client_documents=hosts):
        assert not await is_accepted(browser, publisher.url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/client.json",
        "https://localhost:{port}/client.json",
        "https://[::1]:{port}/client.json",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433:{port}/client.json",
        "http://example.com/client.json",
    ],
    ids=["loopback", "localhost", "ipv6", "metadata-address", "decimal", "http"],
)
async def test_private_addresses_are_never_called(browser: httpx.AsyncClient, publisher: Publisher, url: str) -> None:
    with override(client_documents=("*",), registration_outbound_allow=()):
        assert not await is_accepted(browser, url.format(port=publisher.port))

    assert publisher.asked == 0
    assert await count_clients() == 0


async def test_an_address_makes_us_call_only_so_many_documents(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    publisher.status = "404 Not Found"
    with clock.frozen():
        answers = [await authorize(browser, f"{publisher.url}?{n}") for n in range(21)]

    assert [answer.status_code for answer in answers] == [400] * 20 + [429]
    assert publisher.asked == 20


async def test_operators_switch_a_document_client_off_for_good(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    with clock.frozen() as now:
        assert await is_accepted(browser, publisher.url)
        await commit(update_client(SYSTEM, publisher.url, ClientChanges(is_enabled=False)))
        publisher.changes["client_name"] = "Renamed"
        now.advance(timedelta(hours=2))

        assert not await is_accepted(browser, publisher.url)
    assert (await stored(publisher.url))["is_enabled"] is False


async def test_a_client_that_operators_delete_begins_anew(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    assert await is_accepted(browser, publisher.url)
    await commit(update_client(SYSTEM, publisher.url, ClientChanges(require_mfa=True)))
    await commit(delete_client(SYSTEM, publisher.url))

    assert await is_accepted(browser, publisher.url)
    assert (await stored(publisher.url))["require_mfa"] is False
    assert publisher.asked == 2


async def test_the_registration_endpoint_knows_no_document_clients(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    assert await is_accepted(browser, publisher.url)

    path = f"/oauth2/register/{publisher.url.replace('/', '%2F')}"
    answer = await browser.get(path, headers={"authorization": "Bearer areg_x"})

    assert answer.status_code in {401, 404}


async def test_the_metadata_says_whether_documents_are_taken(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    path = "/.well-known/oauth-authorization-server"

    taken = (await browser.get(path)).json()["client_id_metadata_document_supported"]
    with override(client_documents=()):
        refused = (await browser.get(path)).json()["client_id_metadata_document_supported"]

    assert (taken, refused) == (True, False)


async def test_what_made_no_client_is_forgotten(browser: httpx.AsyncClient, publisher: Publisher) -> None:
    assert await is_accepted(browser, publisher.url)
    publisher.status = "404 Not Found"
    assert not await is_accepted(browser, f"{publisher.url}?x")

    swept = await commit(registrations.sweep_documents(clock.now() + timedelta(minutes=1)))

    left = [row["id"] for row in await db.fetch("SELECT id FROM clients_document")]
    assert (swept, left) == (1, [publisher.url])


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://app.example.com/client.json", True),
        ("https://app.example.com:8443/a/b?c=d", True),
        ("https://app.example.com", False),
        ("https://app.example.com/", False),
        ("https://app.example.com/a/../b", False),
        ("https://app.example.com/a/%2e%2e/b", False),
        ("https://app.example.com/client.json#x", False),
        ("https://app.example.com/client.json#", False),
        ("https://user@app.example.com/client.json", False),
        ("https://App.example.com/client.json", False),
        ("HTTPS://app.example.com/client.json", False),
        ("https://app.example.com/client json", False),
        ("https://app.example.com/" + "x" * 231, True),
        ("https://app.example.com/" + "x" * 232, False),
    ],
)
async def test_which_urls_are_client_ids(url: str, is_good: bool) -> None:
    assert (find_id_problem(url) is None) is is_good


@pytest.mark.parametrize(
    ("host", "patterns", "is_allowed"),
    [
        ("a.example.com", ("a.example.com",), True),
        ("a.example.com", ("*.example.com",), True),
        ("example.com", ("*.example.com",), False),
        ("evilexample.com", ("*.example.com",), False),
        ("a.example.com.evil.org", ("*.example.com", "a.example.com"), False),
        ("anything.org", ("*",), True),
        ("anything.org", (), False),
    ],
)
async def test_which_hosts_the_settings_name(host: str, patterns: tuple[str, ...], is_allowed: bool) -> None:
    assert is_host_allowed(host, patterns) is is_allowed


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 3_600),
        ({"cache-control": "max-age=1800"}, 1_800),
        ({"cache-control": "public, max-age=1800, immutable", "age": "600"}, 1_200),
        ({"cache-control": "max-age=1"}, 300),
        ({"cache-control": "no-store"}, 300),
        ({"cache-control": "No-Cache, max-age=9000"}, 300),
        ({"cache-control": "max-age=9999999999"}, 86_400),
        ({"cache-control": "max-age=soon"}, 3_600),
    ],
)
async def test_rfc9111_5_2_2_how_long_a_document_counts(headers: dict[str, str], seconds: int) -> None:
    assert fresh_for(headers) == timedelta(seconds=seconds)


async def test_documents_do_not_reach_what_operators_opened_for_themselves(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    target = f"localhost:{publisher.port}"
    with override(client_documents=("*",), outbound_allow=(target,), registration_outbound_allow=()):
        assert not await is_accepted(browser, publisher.url)

    assert publisher.asked == 0
    assert await count_clients() == 0


async def test_at_the_token_endpoint_one_document_too_many_is_an_error_of_the_protocol(
    browser: httpx.AsyncClient, publisher: Publisher
) -> None:
    await commit(create_client(SYSTEM, NewClient(name="App", kind=ClientKind.SPA, redirect_uris=(CALLBACK,))))
    publisher.status, origin = "404 Not Found", "https://app.example.com"
    form = {"grant_type": "authorization_code", "code": "x"}
    with clock.frozen():
        answers = [
            await browser.post(
                "/oauth2/token", data={**form, "client_id": f"{publisher.url}?{n}"}, headers={"origin": origin}
            )
            for n in range(21)
        ]

    assert [(each.status_code, each.json()["error"]) for each in answers] == [
        *[(401, "invalid_client")] * 20, (429, "temporarily_unavailable"),
    ]  # fmt: skip
    late = answers[-1]
    assert int(late.headers["retry-after"]) > 0
    assert late.headers["access-control-allow-origin"] == origin
    assert late.headers["cache-control"] == "no-store"
    assert publisher.asked == 20
