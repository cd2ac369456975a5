"""Errors: one code for each kind, and nothing of Python."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.graph.errors import CrossSite, TimedOut, UserErrorCode, code_of, user_errors
from app.kit import errors as kit
from app.users import service as users
from tests.graph.support import execute, refusal
from tests.support import as_user, deciding

CREATED_AFTER = "query ($at: DateTime) { users(filter: {createdAfter: $at}) { nodes { id } } }"
USERS = "{ users { nodes { id } } }"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (kit.InvalidInput("room_x", "m"), "BAD_USER_INPUT"),
        (kit.InputProblems([kit.InvalidInput("room_x", "m")]), "BAD_USER_INPUT"),
        (kit.Unauthenticated("room_x", "m"), "UNAUTHENTICATED"),
        (kit.Forbidden("room_x", "m"), "FORBIDDEN"),
        (kit.NotFound("room_x", "m"), "NOT_FOUND"),
        (kit.Conflict("room_x", "m"), "CONFLICT"),
        (kit.Gone("room_x", "m"), "GONE"),
        (kit.TooMany("room_x", "m"), "RATE_LIMITED"),
        (kit.LimitReached("room_x", "m"), "LIMIT_REACHED"),
        (kit.Unavailable("room_x", "m"), "UNAVAILABLE"),
        (kit.AppError("room_x", "m"), "INTERNAL"),
        (CrossSite(), "CSRF"),
        (TimedOut(), "TIMEOUT"),
    ],
)
def test_each_kind_has_a_code(error: kit.AppError, code: str) -> None:
    assert code_of(error) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (kit.InvalidInput("users_invalid", "m"), UserErrorCode.INVALID),
        (kit.InvalidInput("clients_required", "m"), UserErrorCode.REQUIRED),
        (kit.InvalidInput("clients_redirect_uri_required", "m"), UserErrorCode.REQUIRED),
        (kit.InvalidInput("clients_too_long", "m"), UserErrorCode.TOO_LONG),
        (kit.InvalidInput("credentials_password_too_short", "m"), UserErrorCode.TOO_SHORT),
        (kit.InvalidInput("credentials_password_guessable", "m"), UserErrorCode.WEAK_PASSWORD),
        (kit.Conflict("users_email_taken", "m"), UserErrorCode.TAKEN),
        (kit.Conflict("users_idempotency_mismatch", "m"), UserErrorCode.CONFLICT),
        (kit.Conflict("users_own_account", "m"), UserErrorCode.FORBIDDEN),
        (kit.Conflict("clients_read_only", "m"), UserErrorCode.READ_ONLY),
        (kit.NotFound("users_not_found", "m"), UserErrorCode.NOT_FOUND),
        (kit.LimitReached("clients_limit", "m"), UserErrorCode.LIMIT_REACHED),
    ],
)
def test_each_mendable_kind_has_a_code_of_the_payload(error: kit.AppError, code: UserErrorCode) -> None:
    assert [problem.code for problem in user_errors(error)] == [code]


def test_fields_are_named_as_in_the_api() -> None:
    problem = kit.InvalidInput("room_x", "m", field=("redirect_uris", "0", "idempotencyKey"))

    assert user_errors(problem)[0].field == ["redirectUris", "0", "idempotencyKey"]


async def test_a_bug_shows_nothing_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: object) -> None:
        raise RuntimeError("SELECT secret FROM /etc/passwd")

    monkeypatch.setattr(users, "list_users", fail)
    answer = await execute(USERS, actor=as_user("usr_caller"))

    (error,) = answer["errors"]
    assert error["message"].startswith("Something went wrong on our side.")
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "test-request"}
    assert "secret" not in str(answer)
    assert "RuntimeError" not in str(answer)


async def test_a_bug_before_execution_shows_nothing_of_itself(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.graph import endpoint

    async def fail(*arguments: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(endpoint, "find_caller", fail)
    response = await browser.post("/graphql", json={"query": "{ __typename }"})

    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in response.text


async def test_a_value_that_breaks_the_schema_is_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.kit.paging import Page

    async def broken(*arguments: object) -> object:
        return Page((object(),), ("c",), has_next=False, has_previous=False)

    monkeypatch.setattr(users, "list_users", broken)

    assert await refusal(USERS, actor=as_user("usr_caller")) == ("INTERNAL", "")


async def test_a_null_for_a_variable_with_a_default_is_the_callers_fault() -> None:
    source = "query ($s: UserSort = EMAIL_ASC) { users(sort: $s) { nodes { id } } }"

    assert await refusal(source, {"s": None}, actor=as_user("usr_caller")) == ("BAD_USER_INPUT", "")


async def test_a_missing_permission_is_named() -> None:
    with deciding():
        answer = await execute(USERS, actor=as_user("usr_caller"))

    assert answer["errors"][0]["extensions"] == {
        "code": "FORBIDDEN",
        "reason": "kit_permission_missing",
        "requestId": "test-request",
        "permission": "users.view",
    }
    assert answer["errors"][0]["message"] == "This needs the permission users.view."
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 3}]


async def test_slowing_down_is_told_with_status_and_header(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*arguments: object) -> None:
        raise kit.TooMany("room_busy", "Wait.", retry_after=timedelta(milliseconds=1_500))

    monkeypatch.setattr(users, "list_users", busy)
    response = await browser.post("/graphql", json={"query": USERS})

    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert response.json()["errors"][0]["extensions"]["retryAfterSeconds"] == 2


@pytest.mark.parametrize(
    ("source", "variables", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { user(id: $id) { id } }", {}, "BAD_USER_INPUT"),
        (CREATED_AFTER, {"at": "now"}, "BAD_USER_INPUT"),
        (CREATED_AFTER, {"at": "2026-01-01T00:00"}, "BAD_USER_INPUT"),
        (CREATED_AFTER, {"at": 5}, "BAD_USER_INPUT"),
        (CREATED_AFTER, {"at": "0001-01-01T00:00:00+14:00"}, "BAD_USER_INPUT"),
        ("query ($s: UserSort!) { users(sort: $s) { nodes { id } } }", {"s": "SIDEWAYS"}, "BAD_USER_INPUT"),
        ("query ($n: Int) { users(first: $n) { nodes { id } } }", {"n": 10**10}, "BAD_USER_INPUT"),
    ],
)  # fmt: skip
async def test_what_cannot_run_is_told_without_data(source: str, variables: dict[str, object], code: str) -> None:
    answer = await execute(source, variables)

    assert "data" not in answer
    assert {error["extensions"]["code"] for error in answer["errors"]} == {code}


@pytest.mark.parametrize(
    "value", [[[]] * 1, {"a": 2**70}, {"a": "\ud800"}], ids=["a list", "a large number", "half a character"]
)
async def test_json_that_cannot_be_stored_never_reaches_the_database(value: object) -> None:
    source = 'mutation ($a: JSON) { userCreate(input: {email: "a@example.com", attributes: $a}) { errors { field } } }'

    with deciding(usr_caller={"users.create"}):
        answer = await execute(source, {"a": value}, actor=as_user("usr_caller"))

    if isinstance(value, list):
        assert answer["data"]["userCreate"]["errors"] == [{"field": ["attributes"]}]
    else:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_deep_json_is_refused() -> None:
    source = 'mutation ($a: JSON) { userCreate(input: {email: "a@example.com", attributes: $a}) { errors { field } } }'
    value: object = "leaf"
    for _ in range(33):
        value = {"a": value}

    answer = await execute(source, {"a": value}, actor=as_user("usr_caller"))

    assert "nested at most 32 levels" in answer["errors"][0]["message"]
