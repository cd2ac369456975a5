"""Sessions in the API."""

from __future__ import annotations

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.service import begin_session
from app.sessions.types import Session
from app.users.types import User
from tests.graph.support import execute, read, refusal
from tests.support import as_user, commit, deciding, make_user

MINE = "query ($id: ID!) { sessions(filter: {userId: $id}) { nodes { id isCurrent user { id } } totalCount } }"
REVOKE = """mutation ($id: ID!) { sessionRevoke(input: {id: $id}) {
    session { id } deletedId errors { code field } } }"""


async def sign_in(user: User) -> Session:
    return (await commit(begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser"))).session


async def test_a_person_sees_their_own_sessions_and_which_one_this_is() -> None:
    user = await make_user()
    older, current = await sign_in(user), await sign_in(user)

    with deciding():
        answer = await read(MINE, {"id": user.id}, actor=as_user(user, session_id=current.id))

    assert answer["sessions"] == {
        "nodes": [
            {"id": current.id, "isCurrent": True, "user": {"id": user.id}},
            {"id": older.id, "isCurrent": False, "user": {"id": user.id}},
        ],
        "totalCount": 2,
    }


async def test_a_person_sees_nobody_elses_sessions() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    await sign_in(other)

    with deciding():
        assert await refusal(MINE, {"id": other.id}, actor=as_user(user)) == ("FORBIDDEN", "kit_permission_missing")
        assert await refusal("{ sessions { totalCount } }", actor=as_user(user)) == (
            "FORBIDDEN",
            "kit_permission_missing",
        )


async def test_whose_session_it_is_needs_a_permission_of_its_own() -> None:
    user = await make_user()
    session = await sign_in(user)

    with deciding(usr_reader={"sessions.view_all"}):
        without = await read("{ sessions { nodes { id } } }", actor=as_user("usr_reader"))
        answer = await execute("{ sessions { nodes { id user { email } } } }", actor=as_user("usr_reader"))

    assert without["sessions"]["nodes"] == [{"id": session.id}]
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["permission"] == "users.view"


async def test_a_person_ends_their_own_session() -> None:
    user = await make_user()
    session = await sign_in(user)

    with deciding():
        answer = await read(REVOKE, {"id": session.id}, actor=as_user(user))
        again = await read(REVOKE, {"id": session.id}, actor=as_user(user))

    assert answer["sessionRevoke"] == {"session": {"id": session.id}, "deletedId": session.id, "errors": []}
    assert again["sessionRevoke"]["errors"] == [{"code": "NOT_FOUND", "field": ["id"]}]
    assert await db.fetch_value("SELECT ended_at IS NOT NULL FROM sessions_session")


@pytest.mark.parametrize("is_there", [True, False])
async def test_ending_somebody_elses_session_is_refused_as_if_it_were_not_there(is_there: bool) -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    session = await sign_in(other)

    with deciding():
        code = await refusal(REVOKE, {"id": session.id if is_there else "ses_unknown"}, actor=as_user(user))

    assert code == ("FORBIDDEN", "kit_permission_missing")
    assert await db.fetch_value("SELECT ended_at IS NULL FROM sessions_session")


REVOKE_ALL = """mutation ($id: ID!, $keep: Boolean! = false) {
    sessionsRevoke(input: {userId: $id, keepCurrent: $keep}) { user { id } revokedCount errors { code } } }"""


async def live_sessions() -> set[str]:
    return {row["id"] for row in await db.fetch("SELECT id FROM sessions_session WHERE ended_at IS NULL")}


async def test_a_person_signs_out_everywhere_else() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    _, current, foreign = await sign_in(user), await sign_in(user), await sign_in(other)

    with deciding():
        answer = await read(REVOKE_ALL, {"id": user.id, "keep": True}, actor=as_user(user, session_id=current.id))

    assert answer["sessionsRevoke"] == {"user": {"id": user.id}, "revokedCount": 1, "errors": []}
    assert await live_sessions() == {current.id, foreign.id}


async def test_an_operator_signs_a_user_out_everywhere() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    _, _, foreign = await sign_in(user), await sign_in(user), await sign_in(other)

    with deciding(usr_operator={"sessions.revoke_all"}):
        first = await read(REVOKE_ALL, {"id": user.id}, actor=as_user("usr_operator"))
        again = await read(REVOKE_ALL, {"id": user.id}, actor=as_user("usr_operator"))

    assert first["sessionsRevoke"] == {"user": None, "revokedCount": 2, "errors": []}
    assert again["sessionsRevoke"]["revokedCount"] == 0
    assert await live_sessions() == {foreign.id}


async def test_nobody_signs_somebody_else_out() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    session = await sign_in(other)

    with deciding():
        refused = await refusal(REVOKE_ALL, {"id": other.id}, actor=as_user(user))

    assert refused == ("FORBIDDEN", "kit_permission_missing")
    assert await live_sessions() == {session.id}
