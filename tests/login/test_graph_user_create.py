"""`userCreate`: with a password, with an invitation, once for one key."""

from __future__ import annotations

from typing import Any

import pytest

from app.credentials.service import check_password, has_password
from app.kit import db
from app.users.service import find_by_email
from tests.graph.support import execute, read
from tests.support import as_user, make_admin, read_everything

CREATE = """mutation ($input: UserCreateInput!) { userCreate(input: $input) {
    user { id email emailVerified name username locale attributes status createdAt } errors { code field message }
} }"""
PASSWORD = "a walrus sings at noon"


async def create(**values: Any) -> dict[str, Any]:
    admin = as_user(await make_admin())
    payload: dict[str, Any] = (await read(CREATE, {"input": values}, actor=admin))["userCreate"]
    return payload


async def test_a_user_is_created_with_everything_given() -> None:
    names = {"name": "Ada", "username": "ada", "locale": "de"}
    payload = await create(email="Ada@EXAMPLE.com", emailVerified=True, attributes={"team": [1, None]}, **names)

    user = payload["user"]
    assert payload["errors"] == []
    assert user["id"].startswith("usr_")
    assert {name: user[name] for name in user if name not in {"id", "createdAt"}} == {
        "email": "Ada@example.com",
        "emailVerified": True,
        "name": "Ada",
        "username": "ada",
        "locale": "de",
        "attributes": {"team": [1, None]},
        "status": "ACTIVE",
    }


async def test_what_is_null_counts_as_absent() -> None:
    user = (await create(email="a@example.com", name=None, emailVerified=None, attributes=None, password=None))["user"]

    assert (user["name"], user["emailVerified"], user["attributes"]) == (None, False, {})
    assert not await has_password(user["id"])


async def test_a_first_password_can_be_given() -> None:
    user = (await create(email="a@example.com", password=PASSWORD))["user"]

    assert (await check_password(user["id"], PASSWORD)).is_correct


@pytest.mark.parametrize(
    ("password", "codes"), [("short", {"TOO_SHORT"}), ("password1", {"WEAK_PASSWORD"}), ("x" * 1_025, {"TOO_LONG"})]
)
async def test_a_bad_password_creates_nobody(password: str, codes: set[str]) -> None:
    payload = await create(email="a@example.com", password=password)

    assert payload["user"] is None
    assert codes <= {error["code"] for error in payload["errors"]}
    assert all(error["field"] == ["password"] for error in payload["errors"])
    assert await find_by_email("a@example.com") is None


async def test_an_address_that_is_taken_is_told() -> None:
    admin = as_user(await make_admin())

    payload = (await read(CREATE, {"input": {"email": "ADMIN@example.com"}}, actor=admin))["userCreate"]

    assert payload["user"] is None
    assert [(error["code"], error["field"]) for error in payload["errors"]] == [("TAKEN", ["email"])]


async def test_an_invitation_is_sent_in_the_same_transaction() -> None:
    await create(email="a@example.com", sendInvitation=True)
    refused = await execute(CREATE, {"input": {"email": "nonsense", "sendInvitation": True}}, actor=as_user("usr_x"))

    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    rows = await db.fetch("SELECT recipient, template FROM mail_message")
    assert [tuple(row) for row in rows] == [("a@example.com", "invitation")]


async def test_a_key_creates_one_user_and_sends_one_mail() -> None:
    admin = as_user(await make_admin())
    values = {"input": {"email": "a@example.com", "sendInvitation": True, "password": PASSWORD, "idempotencyKey": "k"}}

    first = (await read(CREATE, values, actor=admin))["userCreate"]
    second = (await read(CREATE, values, actor=admin))["userCreate"]
    other = {"input": {**values["input"], "email": "b@example.com"}}
    third = (await read(CREATE, other, actor=admin))["userCreate"]

    assert first == second
    assert [(error["code"], error["field"]) for error in third["errors"]] == [("CONFLICT", ["idempotencyKey"])]
    assert await db.fetch_value("SELECT count(*) FROM mail_message") == 1


@pytest.mark.parametrize("change", [{"password": "another good password 9"}, {"sendInvitation": False}])
async def test_a_key_with_another_password_or_invitation_is_another_request(change: dict[str, Any]) -> None:
    admin = as_user(await make_admin())
    values = {"email": "a@example.com", "sendInvitation": True, "password": PASSWORD, "idempotencyKey": "k"}
    await read(CREATE, {"input": values}, actor=admin)
    before = await read_everything()

    answer = (await read(CREATE, {"input": {**values, **change}}, actor=admin))["userCreate"]

    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("CONFLICT", ["idempotencyKey"])]
    assert await read_everything() == before


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_a_key_has_a_size(key: str) -> None:
    admin = as_user(await make_admin())

    answer = (await read(CREATE, {"input": {"email": "a@example.com", "idempotencyKey": key}}, actor=admin))[
        "userCreate"
    ]

    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("INVALID", ["idempotencyKey"])]
