"""Whose sector a client with pairwise subjects is in: nobody joins a stranger's by naming it."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from app.clients.service import find_client, forget_clients
from app.clients.types import AUTHORIZATION_CODE, DEVICE_CODE, Client, ClientKind
from app.kit import db
from app.kit.runtime import override
from app.oidc.subjects import forget_pairwise_key, sector_of, subject_for
from app.sessions.types import Session
from app.users.types import User
from tests.clients.sectors import publishing
from tests.oidc.devices import Device
from tests.oidc.registering import PATH, count_clients, metadata
from tests.oidc.support import claims_of, make_party

THEIRS = "https://victim.example.com/callback"


@pytest.fixture(autouse=True)
def nothing_held(database: None) -> None:
    forget_pairwise_key()


async def register(browser: httpx.AsyncClient, **members: Any) -> httpx.Response:
    """Register as anybody may."""
    with override(registration="open"):
        return await browser.post(PATH, json=metadata(subject_type="pairwise", **members))


async def registered(browser: httpx.AsyncClient, **members: Any) -> Client:
    answer = await register(browser, **members)
    assert answer.status_code == 201, answer.text
    client = await find_client(answer.json()["client_id"])
    assert client is not None
    return client


async def test_a_registered_client_whose_addresses_prove_its_host_is_in_its_sector(browser: httpx.AsyncClient) -> None:
    client = await registered(browser, redirect_uris=[THEIRS], grant_types=["authorization_code", "refresh_token"])

    assert sector_of(client) == "victim.example.com"


@pytest.mark.parametrize(
    "members",
    [
        {"redirect_uris": [THEIRS], "grant_types": [AUTHORIZATION_CODE, DEVICE_CODE]},
        {"redirect_uris": ["com.evil.app:/callback"]},
        {"redirect_uris": ["http://127.0.0.1/callback"]},
    ],
    ids=["device-code", "private-scheme", "loopback"],
)
async def test_a_registered_client_that_proves_no_host_is_a_sector_of_its_own(
    browser: httpx.AsyncClient, members: dict[str, Any]
) -> None:
    client = await registered(browser, application_type="native", **members)

    assert sector_of(client) == client.id


@pytest.mark.parametrize(
    "theirs",
    [
        {"redirect_uris": (THEIRS, "com.evil.app:/callback")},
        {"redirect_uris": (THEIRS,), "grant_types": (AUTHORIZATION_CODE, DEVICE_CODE)},
    ],
    ids=["private-scheme", "device-code"],
)
async def test_a_list_of_the_sector_does_not_prove_who_runs_an_application(
    browser: httpx.AsyncClient, theirs: dict[str, Any]
) -> None:
    async with publishing() as publisher:
        publisher.body = orjson.dumps([THEIRS, "com.evil.app:/callback"])
        operators = await make_party(
            browser, kind=ClientKind.NATIVE, subject_type="pairwise", sector_identifier_uri=publisher.uri, **theirs
        )
        address = "https://victim.example.com/sector.json"
        sets = "sector_identifier_uri = $2, source = $3"
        row = f"UPDATE clients_client SET {sets} WHERE id = $1"
        await db.execute(row, operators.client.id, address, "operator")
        kept = await read(operators.client.id)
        await db.execute(row, operators.client.id, address, "registration")
        strange = await read(operators.client.id)

    assert sector_of(kept) == "victim.example.com"
    assert sector_of(strange) == strange.id


async def read(client_id: str) -> Client:
    forget_clients()
    client = await find_client(client_id)
    assert client is not None
    return client


async def test_a_strangers_device_learns_no_subject_of_a_sector_that_it_names(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    victim = await make_party(browser, subject_type="pairwise", redirect_uris=(THEIRS,))
    client = await registered(
        browser, application_type="native", redirect_uris=[THEIRS], grant_types=[AUTHORIZATION_CODE, DEVICE_CODE]
    )
    device = Device(client, None, browser)
    await device.begin(scope="openid")
    await device.let_in()

    claims = claims_of((await device.poll()).json()["id_token"])

    assert claims["sub"] == await subject_for(client, user.id)
    assert claims["sub"] != await subject_for(victim.client, user.id)


async def test_core_8_1_a_sector_vouches_for_nothing_without_redirect_uris(browser: httpx.AsyncClient) -> None:
    async with publishing() as publisher:
        with override(registration_outbound_allow=(f"localhost:{publisher.port}",)):
            answer = await register(
                browser,
                redirect_uris=None,
                token_endpoint_auth_method="none",
                sector_identifier_uri=publisher.uri,
                grant_types=[DEVICE_CODE],
            )

    assert answer.status_code == 400
    assert (publisher.asked, await count_clients()) == (0, 0)


async def test_core_8_1_the_host_of_a_private_scheme_is_none(browser: httpx.AsyncClient) -> None:
    mixed = [THEIRS, "com.evil.app://victim.example.com/callback"]

    answer = await register(browser, application_type="native", redirect_uris=mixed)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert await count_clients() == 0
