"""How clients prove who they are."""

from __future__ import annotations

import base64
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest

from app.clients.service import rotate_client_secret, update_client
from app.clients.types import ClientChanges
from app.events.denial_limits import PER_CALLER
from app.kit import db
from app.kit.actor import SYSTEM
from app.sessions.types import Session
from tests.oidc.support import CALLBACK, VERIFIER, Party, make_party
from tests.support import commit, unknown_id


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


async def redeem(party: Party, form: dict[str, str], headers: dict[str, str]) -> httpx.Response:
    fields = {
        "grant_type": "authorization_code",
        "code": await party.code(),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return await party.browser.post("/oauth2/token", data={**fields, **form}, headers=headers)


def assert_invalid_client(answer: httpx.Response) -> None:
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"] == 'Basic realm="auther"'
    assert answer.headers["cache-control"] == "no-store"


async def test_rfc6749_2_3_1_client_secret_basic(party: Party, session: Session) -> None:
    assert party.secret is not None
    answer = await redeem(party, {}, basic(quote(party.client.id, safe=""), quote(party.secret, safe="")))

    assert answer.status_code == 200


async def test_rfc6749_2_3_1_basic_may_repeat_the_client_id_in_the_body(party: Party, session: Session) -> None:
    assert party.secret is not None
    answer = await redeem(party, {"client_id": party.client.id}, basic(party.client.id, party.secret))

    assert answer.status_code == 200


async def test_rfc6749_2_3_1_client_secret_post(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, token_endpoint_auth_method="client_secret_post")
    assert party.secret is not None

    answer = await redeem(party, {"client_id": party.client.id, "client_secret": party.secret}, {})

    assert answer.status_code == 200


async def test_none_for_public_clients(public_party: Party, session: Session) -> None:
    answer = await redeem(public_party, {"client_id": public_party.client.id}, {})

    assert answer.status_code == 200


async def test_rfc6749_2_3_two_methods_at_once_are_refused(party: Party, session: Session) -> None:
    assert party.secret is not None
    both = {"client_id": party.client.id, "client_secret": party.secret}

    answer = await redeem(party, both, basic(party.client.id, party.secret))

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


async def test_two_client_ids_are_refused(party: Party, public_party: Party, session: Session) -> None:
    assert party.secret is not None
    answer = await redeem(party, {"client_id": public_party.client.id}, basic(party.client.id, party.secret))

    assert answer.json()["error"] == "invalid_request"


async def test_a_method_other_than_the_registered_one_is_refused(party: Party, session: Session) -> None:
    assert party.secret is not None
    posted = await redeem(party, {"client_id": party.client.id, "client_secret": party.secret}, {})
    bare = await redeem(party, {"client_id": party.client.id}, {})

    assert_invalid_client(posted)
    assert_invalid_client(bare)


async def test_a_public_client_with_a_secret_is_refused(public_party: Party, session: Session) -> None:
    answer = await redeem(public_party, {"client_id": public_party.client.id, "client_secret": "guess"}, {})

    assert_invalid_client(answer)


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!!",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        "Basic " + base64.b64encode(b"%ff:x").decode(),
        "Basic " + base64.b64encode(b"a%00b:x").decode(),
        "Basic " + base64.b64encode(b"a:" + b"x" * 9_000).decode(),
        "Bearer abc",
        "Digest x",
    ],
)
async def test_malformed_headers_are_refused(party: Party, session: Session, header: str) -> None:
    assert_invalid_client(await redeem(party, {}, {"authorization": header}))


async def test_unknown_client_and_wrong_secret_get_the_same_answer(party: Party, session: Session) -> None:
    wrong = await redeem(party, {}, basic(party.client.id, "wrong"))
    unknown = await redeem(party, {}, basic(unknown_id("cli"), "wrong"))
    nobody = await redeem(party, {}, {})

    assert_invalid_client(wrong)
    assert wrong.json() == unknown.json() == nobody.json()


async def test_a_disabled_client_is_refused(party: Party, session: Session) -> None:
    assert party.secret is not None
    code = await party.code()
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False)))

    assert_invalid_client(await party.redeem(code))


async def test_two_secrets_work_while_rotating(party: Party, session: Session) -> None:
    assert party.secret is not None
    rotated = await commit(rotate_client_secret(SYSTEM, party.client.id, timedelta(hours=1)))
    assert rotated.secret is not None

    assert (await redeem(party, {}, basic(party.client.id, party.secret))).status_code == 200
    assert (await redeem(party, {}, basic(party.client.id, rotated.secret))).status_code == 200


async def test_refusals_are_audited_and_bounded(party: Party) -> None:
    for _ in range(25):
        await party.post("/oauth2/token", {"grant_type": "refresh_token"}, auth=(party.client.id, "wrong"))

    rows = await db.fetch("SELECT outcome, target_id FROM events_audit WHERE action = 'oidc.client_refused'")
    assert [(row["outcome"], row["target_id"]) for row in rows] == [("denied", party.client.id)] * PER_CALLER


async def test_a_refusal_names_no_unknown_client(party: Party) -> None:
    await party.post("/oauth2/token", {"grant_type": "refresh_token"}, auth=("made up by somebody", "wrong"))

    assert await db.fetch_value("SELECT target_id FROM events_audit WHERE action = 'oidc.client_refused'") is None


async def test_a_user_id_cannot_pass_as_a_client(party: Party, session: Session) -> None:
    answer = await redeem(party, {"client_id": session.user_id}, {})

    assert_invalid_client(answer)


@pytest.mark.parametrize("path", ["token", "revoke", "introspect", "device_authorization", "par"])
async def test_rfc6749_2_3_two_headers_at_once_are_refused(party: Party, path: str) -> None:
    assert party.secret is not None
    good, other = basic(party.client.id, party.secret), basic("x", "y")
    transport = party.browser._transport
    async with httpx.AsyncClient(transport=transport, base_url=party.browser.base_url) as machine:
        for headers in ([good, other], [other, good], [good, good]):
            pairs = [pair for each in headers for pair in each.items()]
            answer = await machine.post(f"/oauth2/{path}", data={"token": "x"}, headers=pairs)

            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
