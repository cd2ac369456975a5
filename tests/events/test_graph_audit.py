"""The audit trail in the API."""

from __future__ import annotations

from app.kit.actor import SYSTEM
from app.sessions.service import begin_session
from app.users.service import ban_user, delete_user
from tests.graph.support import read
from tests.support import as_user, commit, deciding, make_admin, make_user

EVENT = """{ auditEvents(first: 1) { nodes {
    action outcome actorType actorId actor { email } impersonator { id } clientId client { id }
    targetType targetId target { __typename id } before after ip userAgent requestId reason
} } }"""


async def test_an_event_says_who_did_what_to_whom() -> None:
    admin, user = await make_admin(), await make_user()
    await commit(ban_user(as_user(admin), user.id, reason="spam"))

    (event,) = (await read(EVENT, actor=as_user(admin)))["auditEvents"]["nodes"]

    assert event == {
        "action": "user.banned",
        "outcome": "SUCCESS",
        "actorType": "user",
        "actorId": admin.id,
        "actor": {"email": "admin@example.com"},
        "impersonator": None,
        "clientId": None,
        "client": None,
        "targetType": "user",
        "targetId": user.id,
        "target": {"__typename": "User", "id": user.id},
        "before": None,
        "after": {"status": "banned", "reason": "spam", "until": None},
        "ip": "203.0.113.7",
        "userAgent": "Mozilla/5.0 (X11; Linux) Firefox/140.0",
        "requestId": "test-request",
        "reason": "spam",
    }


async def test_what_is_hidden_or_gone_is_null() -> None:
    admin, user = await make_admin(), await make_user()
    await commit(ban_user(as_user(admin), user.id))
    await commit(delete_user(as_user(admin), user.id))

    with deciding(usr_reader={"platform.manage_platform"}):
        hidden = (await read(EVENT, actor=as_user("usr_reader")))["auditEvents"]["nodes"]
    bans = '{ auditEvents(filter: {action: "user.banned"}) { nodes { target { id } } } }'
    gone = await read(bans, actor=as_user(admin))

    assert (hidden[0]["actor"], hidden[0]["target"]) == (None, None)
    assert gone["auditEvents"]["nodes"] == [{"target": None}]


async def test_a_person_reads_what_is_about_them() -> None:
    user, other = await make_user(), await make_user("bob@example.com")
    await commit(begin_session(SYSTEM, other, amr=("pwd",), acr="1", browser_id="a browser"))

    with deciding():
        answer = await read("{ viewer { user { auditEvents { nodes { action targetId } } } } }", actor=as_user(user))

    assert answer["viewer"]["user"]["auditEvents"]["nodes"] == [{"action": "user.created", "targetId": user.id}]
