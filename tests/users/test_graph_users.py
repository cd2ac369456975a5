"""Users in the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.kit import clock
from app.kit.actor import SYSTEM
from app.sessions.service import begin_session
from app.users.service import find_user
from tests.graph.support import execute, read
from tests.support import as_user, commit, deciding, make_admin, make_user, read_everything

UPDATE = """mutation ($input: UserUpdateInput!) { userUpdate(input: $input) {
    user { email emailVerified name username locale attributes } errors { code field }
} }"""


async def update(**changes: Any) -> dict[str, Any]:
    admin = as_user(await make_admin())
    user = await make_user(name="Ada", username="ada", locale="de", attributes={"a": 1})
    values = {"input": {"id": user.id, **changes}}
    payload: dict[str, Any] = (await read(UPDATE, values, actor=admin))["userUpdate"]
    return payload


UNCHANGED = {
    "email": "ada@example.com",
    "emailVerified": True,
    "name": "Ada",
    "username": "ada",
    "locale": "de",
    "attributes": {"a": 1},
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {}),
        ({"name": "Countess"}, {"name": "Countess"}),
        ({"name": None, "username": None, "locale": None}, {"name": None, "username": None, "locale": None}),
        ({"attributes": {"b": 2}}, {"attributes": {"b": 2}}),
        ({"attributes": None}, {"attributes": {}}),
        ({"email": "new@example.com"}, {"email": "new@example.com", "emailVerified": False}),
        ({"email": "new@example.com", "emailVerified": True}, {"email": "new@example.com"}),
        ({"emailVerified": False}, {"emailVerified": False}),
    ],
)
async def test_what_is_absent_stays_and_null_clears(changes: dict[str, Any], expected: dict[str, Any]) -> None:
    payload = await update(**changes)

    assert payload == {"user": {**UNCHANGED, **expected}, "errors": []}


@pytest.mark.parametrize("name", ["email", "emailVerified"])
async def test_what_cannot_be_cleared_is_told(name: str) -> None:
    payload = await update(**{name: None})

    assert payload == {"user": None, "errors": [{"code": "REQUIRED", "field": [name]}]}


async def test_a_ban_ends_sessions_and_names_who_banned() -> None:
    admin, user = await make_admin(), await make_user()
    await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    with clock.frozen():
        until = clock.now() + timedelta(days=1)
        source = """mutation ($input: UserBanInput!) { userBan(input: $input) {
            user { status ban { reason until bannedAt bannedBy { id } } sessions { totalCount } } errors { code }
        } }"""
        values = {"input": {"id": user.id, "reason": "spam", "until": until.isoformat()}}
        banned = (await read(source, values, actor=as_user(admin)))["userBan"]["user"]
        now = clock.now()

    def stamp(moment: Any) -> str:
        return moment.isoformat().replace("+00:00", "Z")

    assert banned == {
        "status": "BANNED",
        "ban": {"reason": "spam", "until": stamp(until), "bannedAt": stamp(now), "bannedBy": {"id": admin.id}},
        "sessions": {"totalCount": 0},
    }


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [({"until": "2020-01-01T00:00:00Z"}, "INVALID", "until"), ({"reason": "x" * 501}, "INVALID", "reason")],
)
async def test_a_ban_that_makes_no_sense_is_told(values: dict[str, str], code: str, field: str) -> None:
    admin, user = as_user(await make_admin()), await make_user()
    source = "mutation ($input: UserBanInput!) { userBan(input: $input) { user { id } errors { code field } } }"

    payload = (await read(source, {"input": {"id": user.id, **values}}, actor=admin))["userBan"]

    assert payload == {"user": None, "errors": [{"code": code, "field": [field]}]}


@pytest.mark.parametrize("mutation", ["userBan", "userDelete"])
async def test_nobody_bans_or_deletes_themselves(mutation: str) -> None:
    admin = await make_admin()

    payload = await read(
        f'mutation {{ {mutation}(input: {{id: "{admin.id}"}}) {{ errors {{ code field }} }} }}', actor=as_user(admin)
    )

    assert payload[mutation]["errors"] == [{"code": "FORBIDDEN", "field": ["id"]}]


async def test_a_deleted_user_is_gone_and_the_id_told() -> None:
    admin, user = as_user(await make_admin()), await make_user()
    source = (
        f'mutation {{ userDelete(input: {{id: "{user.id}", immediately: true}}) {{ deletedId errors {{ code }} }} }}'
    )

    assert (await read(source, actor=admin))["userDelete"] == {"deletedId": user.id, "errors": []}
    assert await find_user(user.id) is None
    again = await read(source.replace("deletedId", "errors { field }"), actor=admin)
    assert again["userDelete"]["errors"] == [{"code": "NOT_FOUND", "field": ["id"]}]


async def test_a_plain_user_sees_themselves_and_nobody_else() -> None:
    user, other = await make_user(), await make_user("bob@example.com")

    with deciding():
        mine = await read(f'{{ user(id: "{user.id}") {{ email auditEvents {{ totalCount }} }} }}', actor=as_user(user))
        source = "{ viewer { user { id email sessions { totalCount } } client { id } } }"
        viewer = await read(source, actor=as_user(user))
        theirs = await execute(f'{{ user(id: "{other.id}") {{ email }} }}', actor=as_user(user))

    assert mine == {"user": {"email": "ada@example.com", "auditEvents": {"totalCount": 1}}}
    assert viewer["viewer"] == {
        "user": {"id": user.id, "email": "ada@example.com", "sessions": {"totalCount": 0}},
        "client": None,
    }
    assert theirs["data"] == {"user": None}
    assert theirs["errors"][0]["extensions"]["permission"] == "users.view"


async def test_edges_need_permissions_of_their_own() -> None:
    user = await make_user()
    source = f'{{ user(id: "{user.id}") {{ EDGE {{ nodes {{ id }} }} }} }}'

    with deciding(usr_reader={"users.view"}):
        sessions = await execute(source.replace("EDGE", "sessions"), actor=as_user("usr_reader"))
        events = await execute(source.replace("EDGE", "auditEvents"), actor=as_user("usr_reader"))

    assert sessions["errors"][0]["extensions"]["permission"] == "sessions.view_all"
    assert events["errors"][0]["extensions"]["permission"] == "platform.manage_platform"


async def test_the_total_is_counted_only_when_asked_for_and_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    from app.users import queries

    admin = as_user(await make_admin())
    for n in range(4):
        await make_user(f"u{n}@example.com")
    monkeypatch.setattr(queries, "COUNT_BOUND", 2)

    answer = await read("{ users(first: 1) { totalCount nodes { id } } }", actor=admin)

    assert answer["users"]["totalCount"] == 3


DELETE = """mutation ($id: ID!, $dry: Boolean!) { userDelete(input: {id: $id, immediately: true, dryRun: $dry}) {
    deletedId user { id sessions { totalCount } } errors { code field } } }"""


async def test_a_dry_run_shows_what_would_be_erased_and_erases_nothing() -> None:
    admin, user = as_user(await make_admin()), await make_user()
    await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))
    before = await read_everything()

    tried = (await read(DELETE, {"id": user.id, "dry": True}, actor=admin))["userDelete"]
    untouched = await read_everything() == before
    done = (await read(DELETE, {"id": user.id, "dry": False}, actor=admin))["userDelete"]

    assert tried == {"deletedId": None, "user": {"id": user.id, "sessions": {"totalCount": 1}}, "errors": []}
    assert untouched
    assert done == {"deletedId": user.id, "user": None, "errors": []}


async def test_a_dry_run_fails_as_the_real_one_would() -> None:
    operator, user = await make_admin(), await make_user()
    admin = as_user(operator)

    own = (await read(DELETE, {"id": operator.id, "dry": True}, actor=admin))["userDelete"]
    unknown = (await read(DELETE, {"id": "usr_unknown", "dry": True}, actor=admin))["userDelete"]
    with deciding():
        refused = await execute(DELETE, {"id": user.id, "dry": True}, actor=as_user("usr_plain"))

    assert own["errors"] == [{"code": "FORBIDDEN", "field": ["id"]}]
    assert unknown["errors"] == [{"code": "NOT_FOUND", "field": ["id"]}]
    assert refused["errors"][0]["extensions"]["permission"] == "users.delete"
