"""Requests over HTTP: what is sent, what is tried again, what errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest

from auther_client import (
    ApiError,
    Bearer,
    Calls,
    ConnectionFailed,
    Fault,
    Forbidden,
    HttpTransport,
    InsecureAddress,
    Operations,
    Patience,
    RateLimited,
    Rejected,
    Unauthenticated,
    Unavailable,
    UnexpectedAnswer,
    accepted,
)
from auther_client.generated.inputs import UserBanInput, UserCreateInput
from tests.sdk.support import OPERATIONS, URL, Server, data, make_answer, refusal

BANNED = make_answer(OPERATIONS["UserBan"]) | {"userBan": {"user": None, "errors": []}}
BAN = UserBanInput(id="usr_1")


class Wallet:
    """Has one fresh token after the one that is no good."""

    def __init__(self) -> None:
        self.tokens = ["stale", "fresh"]

    async def headers(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self.tokens[0]}"}

    async def renew(self) -> bool:
        del self.tokens[0]
        return True


def api(server: Server, **options: object) -> Operations:
    return Operations(Calls(server.open(**options)))


async def test_a_request_carries_document_variables_and_credentials() -> None:
    server = Server(data({"user": None}))

    found = await api(server, credentials=Bearer("ak_live_1"), headers={"x-trace": "7"}).user("usr_1")

    assert found is None
    (request,) = server.requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/graphql")
    assert (request.headers["authorization"], request.headers["x-trace"]) == ("Bearer ak_live_1", "7")
    assert request.headers["accept"] == "application/graphql-response+json"
    assert server.sent()["variables"] == {"id": "usr_1"}
    assert server.sent()["query"].strip() == OPERATIONS["User"].text


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("UNAUTHENTICATED", Unauthenticated),
        ("FORBIDDEN", Forbidden),
        ("INTERNAL", Fault),
        ("SOMETHING_NEW", ApiError),
    ],
)
async def test_a_refusal_says_all_that_the_server_told(code: str, kind: type[ApiError]) -> None:
    server = Server(refusal(code, reason="kit_permission_missing", permission="users.view", field=["id"]))

    with pytest.raises(ApiError) as caught:
        await api(server).user("usr_1")

    error = caught.value
    assert type(error) is kind
    assert (error.code, error.reason, error.request_id) == (code, "kit_permission_missing", "req_1")
    assert (error.permission, error.field, error.path) == ("users.view", ("id",), ("viewer",))
    assert error.retry_after is None


async def test_too_many_requests_are_tried_again_when_the_server_says() -> None:
    busy = refusal("RATE_LIMITED", 429, retryAfterSeconds=7)
    server = Server(busy, busy, data(BANNED))

    await api(server).user_ban(BAN)

    assert server.waited == [7, 7]
    assert len(server.requests) == 3


async def test_patience_ends() -> None:
    server = Server(*[refusal("RATE_LIMITED", 429, retryAfterSeconds=1)] * 4)

    with pytest.raises(RateLimited) as caught:
        await api(server).user("usr_1")

    assert caught.value.retry_after == timedelta(seconds=1)
    assert server.waited == [1, 1, 1]


async def test_a_wait_that_is_too_long_is_left_to_the_caller() -> None:
    server = Server(refusal("RATE_LIMITED", 429, retryAfterSeconds=3600))

    with pytest.raises(RateLimited) as caught:
        await api(server, patience=Patience(longest_wait=timedelta(minutes=1))).user("usr_1")

    assert (caught.value.retry_after, server.waited) == (timedelta(hours=1), [])


async def test_a_query_is_repeated_when_the_server_was_not_there() -> None:
    server = Server(refusal("UNAVAILABLE", 503, retryAfterSeconds=2), data({"user": None}))

    assert await api(server).user("usr_1") is None
    assert server.waited == [2]


async def test_a_mutation_is_not_repeated_when_it_may_have_happened() -> None:
    server = Server(refusal("UNAVAILABLE", 503, retryAfterSeconds=2))

    with pytest.raises(Unavailable):
        await api(server).user_ban(BAN)

    assert (len(server.requests), server.waited) == (1, [])


async def test_a_mutation_with_an_idempotency_key_is_repeated() -> None:
    answer = {"userCreate": {"user": None, "errors": []}}
    server = Server(refusal("UNAVAILABLE", 503, retryAfterSeconds=2), data(answer))

    await api(server).user_create(UserCreateInput(email="ada@example.com", idempotency_key="import-1"))

    assert server.sent(0) == server.sent(1)


async def test_a_token_that_is_refused_is_renewed_once() -> None:
    server = Server(refusal("UNAUTHENTICATED", 401), data({"user": None}))

    assert await api(server, credentials=Wallet()).user("usr_1") is None
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer stale", "Bearer fresh"]


async def test_a_second_refusal_is_told() -> None:
    wallet = Wallet()
    wallet.tokens.append("fresher")
    server = Server(refusal("UNAUTHENTICATED", 401), refusal("UNAUTHENTICATED", 401))

    with pytest.raises(Unauthenticated):
        await api(server, credentials=wallet).user("usr_1")

    assert len(server.requests) == 2


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadTimeout("late")])
async def test_a_server_that_is_not_there_is_named(error: Exception) -> None:
    with pytest.raises(ConnectionFailed, match=f"{URL}/graphql"):
        await api(Server(error)).user("usr_1")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (httpx.Response(200, text="<html>"), "that is no GraphQL API"),
        (httpx.Response(200, json=["data"]), "that is no GraphQL API"),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "points to https://elsewhere"),
        (data({"user": {"id": 7}}), r"not as its schema said: user\."),
        (data(None), "not as its schema said"),
    ],
)
async def test_an_answer_that_makes_no_sense_is_said_so(answer: httpx.Response, told: str) -> None:
    server = Server(answer)

    with pytest.raises(UnexpectedAnswer, match=told):
        await api(server).user("usr_1")

    assert len(server.requests) == 1, "credentials are never sent elsewhere"


async def test_what_is_wrong_with_an_input_can_be_read() -> None:
    problem = {"code": "TAKEN", "reason": "users_email_taken", "message": "Somebody has it.", "field": ["email"]}
    server = Server(data({"userCreate": {"user": None, "errors": [problem]}}))

    outcome = await api(server).user_create(UserCreateInput(email="ada@example.com"))

    with pytest.raises(Rejected, match="Somebody has it") as caught:
        accepted(outcome)
    assert [(each.code, tuple(each.field)) for each in caught.value.problems] == [("TAKEN", ("email",))]


@pytest.mark.parametrize(
    "url",
    [
        "http://id.example.com",
        "http://localhost.evil.example",
        "ftp://id.example.com",
        "id.example.com",
        "https://user:pass@id.example.com",
        "https://id.example.com?x=1",
        "https://[broken",
    ],
)
def test_credentials_go_only_to_safe_addresses(url: str) -> None:
    with pytest.raises(InsecureAddress):
        HttpTransport(url)


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://a.example/b"]
)
async def test_this_machine_needs_no_tls(url: str) -> None:
    await HttpTransport(url).close()


def test_a_credential_is_not_shown() -> None:
    assert "ak_live" not in repr(Bearer("ak_live_1"))
