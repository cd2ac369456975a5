"""What real work leaves in the metrics, and what it must never leave there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from app.authz.service.checks import check, check_many
from app.authz.service.follower import following
from app.authz.service.measures import note_walk, set_index_lag, set_index_size
from app.graph.measures import registered_operations
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.metrics.service import render_metrics, sample, sampling, take_samples
from app.signing.service import ensure_keys, jwks
from tests.authz.answers.support import ask, grant, save_app
from tests.graph.support import execute
from tests.login.mailed import code_in, receive, wrong_of
from tests.login.support import FIREFOX, PASSWORD, Visitor, make_person
from tests.metrics.support import TOKEN, Change, exposed, value
from tests.support import ORIGIN, as_user, commit, make_admin

ANSWERED = "authz_decision_count_total"


@pytest.fixture
async def visitor(app: Starlette, database: None) -> AsyncIterator[Visitor]:
    one = Visitor(app, ip="198.51.100.77")
    yield one
    await one.client.aclose()


async def test_each_check_of_a_batch_is_counted_and_timed() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    change = Change()

    await check_many(SYSTEM, [ask("ann", "read", "1"), ask("bob", "read", "1"), ask("ann", "read", "2")])
    await check(SYSTEM, ask("ann", "read", "1"))
    await check_many(SYSTEM, [ask("ann", "share", "1"), ask("ann", "nonsense", "1")])
    await check_many(SYSTEM, [])

    assert change(ANSWERED, result="allowed", source="sql") == 2
    assert change(ANSWERED, result="denied", source="sql") == 4
    assert change(ANSWERED, result="undecided", source="sql") == 0
    assert change("authz_check_duration_ms_count", source="sql") == 6
    assert 0 < change("authz_check_duration_ms_sum", source="sql") < 5_000
    assert change("authz_check_duration_ms_bucket", source="sql", le="+Inf") == 6


async def test_answers_of_the_index_and_bypasses_are_told_apart() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    admin = await make_admin()
    change = Change()

    async with following() as follower:
        await follower.catch_up()
        await check_many(SYSTEM, [ask("ann", "read", "1"), ask("bob", "read", "1"), ask(admin.id, "share", "1")])

    assert change(ANSWERED, result="allowed", source="index") == 1
    assert change(ANSWERED, result="denied", source="index") == 1
    assert change(ANSWERED, result="allowed", source="bypass") == 1
    assert change("authz_check_duration_ms_count", source="index") == 3
    assert change("authz_check_duration_ms_count", source="sql") == 0


async def test_what_cannot_be_decided_is_counted_as_that() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    change = Change()

    answers = await check_many(SYSTEM, [ask("ann", "sign", "1")])

    assert change(ANSWERED, result=answers[0].decision.value, source="sql") == 1


def test_the_walk_and_the_index_have_their_numbers() -> None:
    change = Change()

    note_walk(3, 40)
    set_index_lag(2)
    set_index_size(1_000_000, 250_000_000)

    samples = exposed()
    assert (change("authz_rebac_traversal_depth_sum"), change("authz_rebac_traversal_depth_count")) == (3, 1)
    assert (change("authz_rebac_subjects_expanded_sum"), change("authz_rebac_subjects_expanded_count")) == (40, 1)
    assert value(samples, "authz_index_revision_lag") == 2
    assert value(samples, "authz_index_tuples") == 1_000_000
    assert value(samples, "authz_index_bytes") == 250_000_000


async def test_operations_have_names_only_if_they_are_ours() -> None:
    change = Change()

    await execute("query Viewer { __typename }")
    await execute("query Viewer { __typename }")
    await execute("query SomebodysOwn { __typename }")
    await execute("{ __typename }")
    await execute("query Users { users(first: 1) { nodes { id } } }")

    assert {"Viewer", "Users"} <= registered_operations()
    count = "graphql_operation_duration_ms_count"
    assert change(count, operation="Viewer", outcome="ok") == 2
    assert change(count, operation="adhoc", outcome="ok") == 2
    assert change(count, operation="Users", outcome="error") == 1
    assert "SomebodysOwn" not in render_metrics().decode()


async def test_sign_ins_are_counted_once_they_are_committed(visitor: Visitor) -> None:
    await make_person()
    form = await visitor.get("/signin")
    change = Change()

    await visitor.sign_in("ada@example.com", "wrong wrong wrong")
    await visitor.sign_in("nobody@example.com")
    await visitor.sign_in("ada@example.com")
    await visitor.submit(form, "signin-form", identifier="ada@example.com", password=PASSWORD)

    assert change("auth_login_attempt_total", method="pwd", status="failure") == 2
    assert change("auth_login_attempt_total", method="pwd", status="success") == 2
    assert change("auth_session_created_total") == 1


async def test_sign_ins_by_mail_are_counted_by_their_own_method(visitor: Visitor) -> None:
    await make_person()
    page, mail = await receive(visitor)
    code = code_in(mail)
    change = Change()

    await visitor.submit(page, "code-form", code=wrong_of(code))
    await visitor.submit(page, "code-form", code=code)

    assert change("auth_login_attempt_total", method="otp", status="failure") == 1
    assert change("auth_login_attempt_total", method="otp", status="success") == 1


async def test_endpoints_of_the_protocol_are_counted_and_timed(browser: httpx.AsyncClient) -> None:
    change = Change()

    await browser.get("/.well-known/openid-configuration")
    await browser.post("/oauth2/token", data={"grant_type": "authorization_code"})
    await browser.get("/oauth2/userinfo")
    await browser.get("/oauth2/unknown")

    assert change("oidc_discovery_requests_total", status="200") == 1
    assert change("oidc_token_requests_total", status="401") + change("oidc_token_requests_total", status="400") == 1
    assert change("oidc_userinfo_requests_total", status="401") == 1
    assert change("oidc_token_latency_ms_count") == 1


async def test_gauges_are_sampled() -> None:
    await commit(ensure_keys())
    await jwks()

    take_samples()

    samples = exposed()
    assert 1 <= value(samples, "db_pool_size") <= 12
    assert value(samples, "db_pool_size") >= value(samples, "db_pool_idle") >= 0
    for alg in ("RS256", "ES256", "EdDSA"):
        assert value(samples, "jwks_active_key_age_ms", alg=alg) >= 0
        assert value(samples, "jwks_keys", alg=alg, status="active") == 1
        assert value(samples, "jwks_keys", alg=alg, status="retired") == 0


async def test_no_label_holds_personal_data(app: Starlette, visitor: Visitor) -> None:
    user = await make_person("ada.personal@example.com", username="ada-personal")
    await visitor.sign_in("ada.personal@example.com", "not the password")
    await visitor.sign_in("ada.personal@example.com")
    await visitor.get("/account")
    forged = {
        "query": f'query Ada_{user.id} {{ user(id: "{user.id}") {{ id email }} }}',
        "operationName": f"Ada_{user.id}",
    }
    await visitor.client.post("/graphql", json=forged, headers={"x-auther-csrf": "1"})
    await visitor.client.get(f"/oauth2/authorize?client_id={user.id}&login_hint=ada.personal@example.com")
    await visitor.client.get(f"/oauth2/{user.id}")
    await visitor.client.post("/oauth2/token", data={"code": user.id}, headers={"authorization": "Bearer at_secret"})
    await save_app()
    await grant(("document:1", "viewer", f"user:{user.id}"))
    await check(as_user(user), ask(user.id, "read", "1"))
    take_samples()

    with override(metrics_token=TOKEN):
        answer = await visitor.client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 200
    seen = [(name, label, told) for name, labels in exposed() for label, told in labels]
    personal = (user.id, "ada", "example.com", "198.51.100.77", ORIGIN.ip or "", FIREFOX, "Mozilla", "at_secret")
    assert len(seen) > 100
    assert [each for each in seen if any(word.lower() in each[2].lower() for word in personal)] == []
    assert {label for _, label, _ in seen} <= {
        "action",
        "reason",
        "le",
        "source",
        "result",
        "operation",
        "outcome",
        "status",
        "method",
        "alg",
        "verdict",
    }
    assert not any(word in answer.text for word in personal)


async def test_samplers_run_once_each_while_the_server_runs() -> None:
    seen: list[str] = []
    ran = asyncio.Event()

    def sampler() -> None:
        seen.append("sampled")
        ran.set()

    sample(sampler)
    sample(sampler)
    async with sampling():
        await ran.wait()
    assert seen == ["sampled"]
