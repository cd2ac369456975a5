"""The live check under attack: proofs that are none, bodies that are none, people who are gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from app.kit import bodies
from app.kit.recall import ear, hearing
from app.oidc.live.rest import exact
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.jobs.support import until
from tests.oidc.live import CHECK, EVALUATION, LIST, WITH_API, Asker, make_asker
from tests.oidc.support import Party, make_party
from tests.support import SYSTEM, commit, counted_statements
from tests.threats.support import Message, Outage, call

POSTED = [path for method, path in exact if method == "POST"]
CHUNK = 8_192
QUESTION = {"entityType": "document", "entityId": "1", "permission": "read"}
ME = {"query": "{ viewer { user { id } } }"}


@pytest.fixture
async def asker(party: Party, session: Session, user: User) -> Asker:
    return await make_asker(party, user)


async def is_hearing() -> bool:
    return ear.hears


async def test_a_ban_ends_remembered_tokens_at_the_next_request(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    party = await make_party(browser, scopes=tuple(WITH_API.split()))
    asker = await make_asker(party, user, scope=WITH_API)
    browser.cookies.clear()

    async def statuses() -> list[int]:
        return [
            (await asker.post(CHECK, QUESTION)).status_code,
            (await asker.post(EVALUATION, asker.request())).status_code,
            (await asker.get(LIST, entityType="document", permission="read")).status_code,
            (await party.userinfo(asker.token)).status_code,
            (await asker.post("/graphql", ME)).status_code,
        ]

    async with hearing():
        await until(is_hearing)
        before = await statuses(), await statuses()
        await commit(ban_user(SYSTEM, user.id, reason="spam"))

        assert before == ([200] * 5, [200] * 5)
        assert await statuses() == [401] * 5


@pytest.mark.parametrize(("method", "path"), list(exact))
async def test_other_tokens_of_ours_are_refused_by_their_type(
    method: str, path: str, party: Party, session: Session
) -> None:
    given = await party.tokens(scope="openid offline_access")
    party.browser.cookies.clear()

    for token in (given["id_token"], given["refresh_token"], "a.b.c", "Bearer", "a" * 100_000, "eyJ" * 20_000):
        answer = await party.browser.request(method, path, headers={"authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), token[:20]


async def test_two_proofs_at_once_are_refused(asker: Asker) -> None:
    headers = [("authorization", f"Bearer {asker.token}"), ("authorization", "Bearer other")]

    answer = await asker.party.browser.post(CHECK, json=QUESTION, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_token_in_the_query_is_no_proof(asker: Asker) -> None:
    answer = await asker.party.browser.post(f"{CHECK}?access_token={asker.token}", json=QUESTION)

    assert answer.status_code == 401


@pytest.mark.parametrize("path", POSTED)
async def test_nobody_without_a_proof_makes_us_read_a_body(path: str, browser: httpx.AsyncClient) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * CHUNK:
            sent += CHUNK
            yield b"a" * CHUNK

    answer = await browser.post(path, content=body(), headers={"content-type": "application/json"})

    assert (answer.status_code, sent) == (401, 0)


@pytest.mark.parametrize("path", POSTED)
async def test_ten_megabytes_are_refused_while_they_arrive(path: str, asker: Asker) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1_280 * CHUNK:
            sent += CHUNK
            yield b" " * CHUNK

    headers = {**asker.headers, "content-type": "application/json"}
    answer = await asker.party.browser.post(path, content=body(), headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (400, "kit_form_too_large")
    assert sent <= 262_144 + 2 * CHUNK


async def test_a_body_that_breaks_off_or_never_ends_is_given_up(
    app: Starlette, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    headers = {"authorization": f"Bearer {asker.token}".encode(), "content-type": b"application/json"}
    messages: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    async def break_off() -> Message:
        return messages.pop(0)

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    assert await call(app, "POST", CHECK, headers=headers, receive=break_off) == 400
    assert await call(app, "POST", EVALUATION, headers=headers, receive=never) == 400


@pytest.mark.parametrize("text", ["\0", "x" * 100_000, "\ud7ff\U0001f600", "a\r\nb", "*", "#", ":", "' OR 1=1 --"])
@pytest.mark.parametrize("field", ["entityType", "entityId", "permission"])
async def test_no_text_is_a_fault(field: str, text: str, asker: Asker) -> None:
    answer = await asker.post(CHECK, {**QUESTION, field: text})

    assert answer.status_code == 200, answer.text
    assert answer.json()["allowed"] is False


@pytest.mark.parametrize("number", [10**18, -1, 1.5, 1e308])
async def test_numbers_in_attributes_are_no_fault(number: float, asker: Asker) -> None:
    resource = {"attributes": {"hour": number, "deep": [[[[{"a": [None, True]}]]]]}}

    answer = await asker.post(CHECK, {**QUESTION, "entityId": "night", "permission": "share", "resource": resource})

    assert answer.status_code == 200, answer.text


async def test_a_request_id_of_a_caller_never_reaches_the_log(
    asker: Asker, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        await asker.post(EVALUATION, {}, **{"x-request-id": "planted by=a caller"})

    written = capsys.readouterr()
    assert "path=/access/v1/evaluation" in written.out + written.err + caplog.text
    assert "planted" not in written.out + written.err + caplog.text


async def test_what_was_answered_leaves_no_line_and_what_was_refused_does(
    asker: Asker, capsys: pytest.CaptureFixture[str]
) -> None:
    await asker.post(CHECK, QUESTION)
    answered = capsys.readouterr()
    await asker.post(CHECK, {})
    refused = capsys.readouterr()

    assert CHECK not in answered.out + answered.err
    assert f"path={CHECK}" in refused.out + refused.err


async def test_nobody_is_let_in_by_the_id_of_somebody_of_another_kind(asker: Asker) -> None:
    for kind in ("client", "apikey", "group"):
        named = {**QUESTION, "subjectType": kind, "subjectId": asker.user.id}
        answer = await asker.post(CHECK, named)
        assert answer.status_code == 403, kind


@pytest.mark.parametrize(("method", "path"), list(exact))
async def test_an_outage_is_told_as_one(method: str, path: str, asker: Asker, outage: Outage) -> None:
    body: dict[str, Any] = {"json": asker.request()} if method == "POST" else {}

    async with outage():
        answer = await asker.party.browser.request(method, path, headers=asker.headers, **body)

    assert (answer.status_code, answer.json()["error"]) == (503, "kit_database_unavailable")


async def test_a_forged_token_costs_no_statement(asker: Asker) -> None:
    await asker.post(CHECK, QUESTION)
    head, body, _ = asker.token.split(".")

    with counted_statements() as statements:
        answer = await asker.party.browser.post(
            CHECK, json=QUESTION, headers={"authorization": f"Bearer {head}.{body}.{'A' * 86}"}
        )

    assert answer.status_code == 401
    assert [each for each in statements if "oidc_grant" in each] == []
