"""CORS origins come from the redirect URIs of enabled browser applications."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.clients.service import delete_client, is_registered_origin, update_client
from app.clients.types import ClientChanges, ClientKind
from app.kit import clock, db
from app.kit.actor import SYSTEM
from tests.clients.support import make_client
from tests.support import commit, counted_statements

ORIGIN = "https://spa.example.com"


async def test_the_origin_of_a_browser_application_is_registered() -> None:
    await make_client(ClientKind.SPA, redirect_uris=(f"{ORIGIN}/cb", "http://localhost:5173/cb"))

    assert await is_registered_origin(ORIGIN)
    assert await is_registered_origin("http://localhost:5173")


@pytest.mark.parametrize(
    "origin",
    [
        "https://spa.example.com:8443",
        "http://spa.example.com",
        "https://SPA.example.com",
        "https://spa.example.com/",
        "https://spa.example.com.evil.example",
        "https://evil.example",
        "http://localhost",
        "null",
        "*",
        "",
    ],
)
async def test_no_other_origin_is(origin: str) -> None:
    await make_client(ClientKind.SPA, redirect_uris=(f"{ORIGIN}/cb", "http://localhost:5173/cb"))

    assert not await is_registered_origin(origin)


@pytest.mark.parametrize("kind", [ClientKind.WEB, ClientKind.NATIVE])
async def test_origins_of_other_kinds_are_not(kind: ClientKind) -> None:
    await make_client(kind, redirect_uris=(f"{ORIGIN}/cb",))

    assert not await is_registered_origin(ORIGIN)


async def test_origins_follow_changes_at_once() -> None:
    client = await make_client(ClientKind.SPA, redirect_uris=(f"{ORIGIN}/cb",))
    assert await is_registered_origin(ORIGIN)

    await commit(update_client(SYSTEM, client.id, ClientChanges(redirect_uris=("https://new.example/cb",))))
    assert not await is_registered_origin(ORIGIN)
    assert await is_registered_origin("https://new.example")

    await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=False)))
    assert not await is_registered_origin("https://new.example")

    await commit(update_client(SYSTEM, client.id, ClientChanges(is_enabled=True)))
    assert await is_registered_origin("https://new.example")

    await commit(delete_client(SYSTEM, client.id))
    assert not await is_registered_origin("https://new.example")


async def test_an_answer_is_kept_for_five_seconds() -> None:
    with clock.frozen(datetime(2026, 6, 1, tzinfo=UTC)) as time:
        await make_client(ClientKind.SPA, redirect_uris=(f"{ORIGIN}/cb",))
        assert await is_registered_origin(ORIGIN)
        await db.execute("UPDATE clients_client SET is_enabled = FALSE")

        with counted_statements() as statements:
            assert await is_registered_origin(ORIGIN)
        assert statements == []

        time.advance(timedelta(seconds=5))
        assert not await is_registered_origin(ORIGIN)


async def test_origins_of_a_flood_are_not_all_kept() -> None:
    for n in range(1_100):
        assert not await is_registered_origin(f"https://{n}.evil.example")

    with counted_statements() as statements:
        await is_registered_origin("https://0.evil.example")
        await is_registered_origin("https://1099.evil.example")
    assert len(statements) == 1
