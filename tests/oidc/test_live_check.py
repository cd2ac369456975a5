"""The live check over REST: what an access token alone does not settle."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.authz.service.models import save_model
from app.authz.service.tuples import write_tuples
from app.authz.types import ConditionRef, RelationTuple, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM
from app.oidc.live_checks import MAX_CHECKS
from app.sessions.types import Session
from app.users.service import ban_user
from app.users.types import User
from tests.authz.answers.support import SOURCE
from tests.oidc.support import Party
from tests.support import commit

CHECK = "/api/auth/check-permission"


async def prepare(party: Party, user: User) -> str:
    """Documents of the client, of which the user owns some; the user's access token."""
    scope = party.client.id
    await commit(save_model(SYSTEM, ModelDraft(scope, SOURCE)))
    tuples = [RelationTuple(TupleKey(f"{scope}:document", str(n), "viewer", "user", user.id)) for n in range(3)]
    late = RelationTuple(TupleKey(f"{scope}:document", "night", "owner", "user", user.id), ConditionRef("late"))
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(*tuples, late))))
    return str((await party.tokens())["access_token"])


def question(name: str = "1", permission: str = "read", **fields: Any) -> dict[str, Any]:
    return {"entityType": "document", "entityId": name, "permission": permission, **fields}


async def ask(party: Party, token: str, body: Any, path: str = CHECK) -> httpx.Response:
    return await party.browser.post(path, json=body, headers={"authorization": f"Bearer {token}"})


async def test_the_holder_asks_about_themselves(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)

    answer = await ask(party, token, question())

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert len(body.pop("revision")) > 10
    assert body == {
        "allowed": True,
        "entityType": "document",
        "entityId": "1",
        "permission": "read",
        "subjectType": "user",
        "subjectId": user.id,
    }
    assert (await ask(party, token, question("9"))).json()["allowed"] is False
    full = question(entityType=f"{party.client.id}:document")
    assert (await ask(party, token, full)).json()["allowed"] is True


async def test_attributes_of_the_resource_decide(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)

    async def share(**resource: Any) -> dict[str, Any]:
        return dict((await ask(party, token, question("night", "share", **resource))).json())

    assert (await share(resource={"id": "night", "type": "document", "attributes": {"hour": 22}}))["allowed"] is True
    assert (await share(resource={"attributes": {"hour": 9}}))["allowed"] is False
    undecided = await share()
    assert (undecided["allowed"], undecided["problem"]["code"]) == (False, "authz_condition_undecided")


async def test_a_batch_keeps_its_order(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)

    answer = await ask(party, token, {"checks": [question("9"), question("1"), question("1", "fly")]}, f"{CHECK}/batch")

    results = answer.json()["results"]
    assert [each["allowed"] for each in results] == [False, True, False]
    assert results[2]["problem"]["code"] == "authz_action_unknown"


async def test_what_can_be_reached_comes_in_pages(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)
    found: list[str] = []
    after = ""
    while True:
        query = f"entityType=document&permission=read&first=2{after}"
        page = (
            await party.browser.get(f"/api/auth/list-objects?{query}", headers={"authorization": f"Bearer {token}"})
        ).json()
        found += [each["entityId"] for each in page["objects"]]
        assert page["total"] == 4
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert found == ["0", "1", "2", "night"]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (CHECK, [], "oidc_check_invalid"),
        (CHECK, {}, "oidc_check_invalid"),
        (CHECK, question(permission=7), "oidc_check_invalid"),
        (CHECK, question(resource=[]), "oidc_check_invalid"),
        (CHECK, question(resource={"attributes": 1}), "oidc_check_invalid"),
        (f"{CHECK}/batch", {"checks": {}}, "oidc_check_invalid"),
        (f"{CHECK}/batch", {"checks": [1]}, "oidc_check_invalid"),
        (f"{CHECK}/batch", {"checks": [{}] * (MAX_CHECKS + 1)}, "oidc_check_limit"),
    ],
)
async def test_what_is_malformed_is_refused(
    path: str, body: Any, code: str, party: Party, session: Session, user: User
) -> None:
    token = await prepare(party, user)

    answer = await ask(party, token, body, path)

    assert (answer.status_code, answer.json()["error"]) == (400, code)


async def test_other_media_and_broken_json_are_refused(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)
    headers = {"authorization": f"Bearer {token}"}

    form = await party.browser.post(CHECK, data={"a": "b"}, headers=headers)
    broken = await party.browser.post(CHECK, content=b"{", headers={**headers, "content-type": "application/json"})

    assert [(each.status_code, each.json()["error"]) for each in (form, broken)] == [(400, "oidc_json_invalid")] * 2


async def test_without_a_live_token_nobody_is_answered(party: Party, session: Session, user: User) -> None:
    token = await prepare(party, user)
    party.browser.cookies.clear()

    nothing = await party.browser.post(CHECK, json=question())
    forged = await ask(party, token[:-4] + "AAAA", question())
    await commit(ban_user(SYSTEM, user.id, reason="spam"))
    banned = await ask(party, token, question())

    assert [each.status_code for each in (nothing, forged, banned)] == [401, 401, 401]
    assert nothing.headers["www-authenticate"].startswith("Bearer")
