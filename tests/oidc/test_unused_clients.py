"""Clients that came by themselves and that nobody uses are deleted after a month."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextvars import Context
from datetime import timedelta

import httpx
import pytest

from app.clients.registration import service as registrations
from app.clients.service import update_client
from app.clients.types import ClientChanges, ClientKind, NewClient
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.runtime import override
from app.oidc.consents import note_use
from app.oidc.service import sweep
from tests.oidc.registering import PATH, Registrar, make_initial_token, metadata
from tests.oidc.support import CALLBACK, make_party
from tests.support import commit, make_user

URL = "https://editor.example/client.json"


async def left() -> set[str]:
    return {row["id"] for row in await db.fetch("SELECT id FROM clients_client")}


async def test_only_what_came_by_itself_and_is_unused_goes(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    with clock.frozen() as now, override(registration="open"):
        by_operator = (await make_party(browser)).client.id
        by_token = (await Registrar(browser, await make_initial_token()).register())["client_id"]
        unused, used, off = [(await browser.post(PATH, json=metadata())).json()["client_id"] for _ in range(3)]
        document = NewClient(
            name="Editor", kind=ClientKind.NATIVE, token_endpoint_auth_method="none", redirect_uris=(CALLBACK,)
        )
        await commit(registrations.accept_document(ANONYMOUS, URL, document, clock.now()))
        await commit(note_use(SYSTEM, user.id, used))
        await commit(update_client(SYSTEM, off, ClientChanges(is_enabled=False)))

        now.advance(timedelta(days=29))
        await commit(sweep())
        young = await left()
        now.advance(timedelta(days=2))
        await commit(sweep())
        old = await left()

    assert young == {by_operator, by_token, unused, used, off, URL}
    assert old == {by_operator, by_token, used, off}
    deleted = await db.fetch("SELECT target_id FROM events_audit WHERE action = 'client.deleted'")
    assert {row["target_id"] for row in deleted} == {unused, URL}


async def test_a_document_that_is_asked_for_keeps_its_client(browser: httpx.AsyncClient) -> None:
    document = NewClient(
        name="Editor", kind=ClientKind.NATIVE, token_endpoint_auth_method="none", redirect_uris=(CALLBACK,)
    )
    with clock.frozen() as now:
        await commit(registrations.accept_document(ANONYMOUS, URL, document, clock.now()))
        now.advance(timedelta(days=20))
        await commit(registrations.accept_document(ANONYMOUS, URL, document, clock.now()))
        now.advance(timedelta(days=20))
        await commit(sweep())

        assert await left() == {URL}


async def test_whoever_is_let_in_while_it_is_swept_stays(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await make_user()
    with clock.frozen() as now, override(registration="open"):
        client_id = (await browser.post(PATH, json=metadata())).json()["client_id"]
        now.advance(timedelta(days=31))
        lock = registrations.lock_clients

        async def let_in_before(ids: Sequence[str]) -> None:
            assert list(ids) == [client_id]
            await asyncio.create_task(commit(note_use(SYSTEM, user.id, client_id)), context=Context())
            await lock(ids)

        monkeypatch.setattr(registrations, "lock_clients", let_in_before)
        await commit(sweep())

    assert await left() == {client_id}
    assert await db.fetch_value("SELECT count(*) FROM oidc_consent") == 1
