"""Pushed authorization requests (RFC 9126)."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import timedelta

import httpx
import orjson
import pytest

from app.clients.service import update_client
from app.clients.types import ClientChanges
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.oidc import pushed
from app.oidc.service import sweep
from app.sessions.types import Session
from app.users.types import User
from tests.oidc.machines import ASSERTION_TYPE
from tests.oidc.registering import describe_itself
from tests.oidc.requesting import PREFIX, follow, make_signing_party, push, pushed_uri
from tests.oidc.support import CALLBACK, Party, answer_of, complete_flow, make_party
from tests.support import ISSUER, commit

COUNT = "SELECT count(*) FROM oidc_pushed_request"


async def test_rfc9126_2_2_a_request_is_kept_and_named(party: Party) -> None:
    answer = await push(party)

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert set(body) == {"request_uri", "expires_in"}
    assert body["expires_in"] == 90
    assert body["request_uri"].startswith(f"{PREFIX}arq_")
    assert len(body["request_uri"].removeprefix(f"{PREFIX}arq_")) == 43


async def test_only_the_hash_of_the_name_is_stored_and_no_secret(browser: httpx.AsyncClient) -> None:
    party = await make_party(browser, token_endpoint_auth_method="client_secret_post")
    form = {**party.params(), "client_secret": party.secret, "extra": "x"}

    answer = await party.post("/oauth2/par", form, headers={})

    row = await db.fetch_row("SELECT * FROM oidc_pushed_request")
    assert answer.status_code == 201
    assert row is not None
    assert answer.json()["request_uri"].removeprefix(PREFIX) not in repr(dict(row))
    assert orjson.loads(row["params"]) == party.params()


async def test_rfc9126_4_the_browser_carries_only_the_name(party: Party, session: Session, user: User) -> None:
    uri = await pushed_uri(party)

    answer = answer_of(await follow(party, uri))

    assert answer["state"] == "state-1"
    assert answer["iss"] == ISSUER
    tokens = (await party.redeem(answer["code"])).json()
    assert tokens["scope"] == "openid profile email"


async def test_rfc9126_4_other_parameters_beside_the_name_do_not_count(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)

    answer = await follow(
        party, uri, redirect_uri="https://evil.example/", state="other", scope="openid", prompt="none login",
        response_type="token",
    )  # fmt: skip

    fields = answer_of(answer)
    assert fields["state"] == "state-1"
    assert (await party.redeem(fields["code"])).json()["scope"] == "openid profile email"


async def test_a_state_that_was_not_pushed_does_not_come_back(party: Party, session: Session) -> None:
    uri = await pushed_uri(party, state=None)

    assert "state" not in answer_of(await follow(party, uri, state="outside"))


async def test_rfc9126_4_a_name_is_answered_once(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)
    assert "code" in answer_of(await follow(party, uri))

    again = await follow(party, uri)

    assert again.status_code == 400
    assert "location" not in again.headers
    assert "start again" in again.text
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_of_many_answers_at_once_one_wins(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)

    answers = await asyncio.gather(*(follow(party, uri) for _ in range(20)))

    assert Counter(answer.status_code for answer in answers) == {303: 1, 400: 19}
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_fapi2_5_3_2_2_the_sign_in_page_may_be_loaded_again(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    uri = await pushed_uri(party)
    first, second = await follow(party, uri), await follow(party, uri)
    for answer in (first, second):
        assert answer.headers["location"].startswith("/signin?flow=")

    path = await complete_flow(browser, second, user)
    assert "code" in answer_of(await browser.get(path))

    stale = await browser.get(await complete_flow(browser, first, user))
    assert stale.status_code == 400
    assert (await follow(party, uri)).status_code == 400
    assert await db.fetch_value("SELECT count(*) FROM oidc_code") == 1


async def test_a_sign_in_may_last_longer_than_the_name(browser: httpx.AsyncClient, party: Party, user: User) -> None:
    with clock.frozen() as stopped:
        answer = await follow(party, await pushed_uri(party))
        stopped.advance(timedelta(minutes=59))
        await commit(sweep())

        path = await complete_flow(browser, answer, user)

        assert "code" in answer_of(await browser.get(path))


async def test_rfc9126_4_a_name_is_good_for_90_seconds(party: Party, session: Session) -> None:
    with clock.frozen() as stopped:
        early, late = await pushed_uri(party), await pushed_uri(party)
        stopped.advance(timedelta(seconds=89))
        assert "code" in answer_of(await follow(party, early))

        stopped.advance(timedelta(seconds=1))
        answer = await follow(party, late)

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_rfc9126_4_a_name_is_bound_to_its_client(
    browser: httpx.AsyncClient, party: Party, session: Session
) -> None:
    other = await make_party(browser)
    uri = await pushed_uri(party)

    answer = await follow(other, uri)

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "code" in answer_of(await follow(party, uri))


@pytest.mark.parametrize("uri", [f"{PREFIX}arq_unknown", PREFIX, f"{PREFIX}' OR 1=1 --"])
async def test_an_unknown_name_gives_a_page(party: Party, session: Session, uri: str) -> None:
    answer = await follow(party, uri, redirect_uri=CALLBACK)

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_rfc9101_5_request_and_request_uri_exclude_each_other(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)

    answer = answer_of(await follow(party, uri, request="e30.e30.", redirect_uri=CALLBACK))

    assert answer["error"] == "invalid_request"


async def test_a_consent_that_is_refused_ends_the_request(third_party: Party, session: Session) -> None:
    uri = await pushed_uri(third_party)
    path = (await follow(third_party, uri)).headers["location"]
    html = (await third_party.browser.get(path)).text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))

    answer = await third_party.browser.post(path, data={**fields, "decision": "deny"})

    assert answer_of(answer)["error"] == "access_denied"
    assert (await follow(third_party, uri)).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"scope": "nothing"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"dpop_jkt": "short"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "not.a.token"}, "invalid_request"),
        ({"request_uri": f"{PREFIX}arq_x"}, "invalid_request"),
        ({"request_uri": "https://app.example.com/r"}, "invalid_request"),
    ],
)
async def test_rfc9126_2_1_what_would_be_refused_later_is_refused_now(
    party: Party, changes: dict[str, str | None], error: str
) -> None:
    answer = await push(party, **changes)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert await db.fetch_value(COUNT) == 0


async def test_rfc9126_2_1_a_parameter_twice_is_refused(party: Party) -> None:
    assert party.secret is not None
    transport = party.browser._transport
    async with httpx.AsyncClient(transport=transport, base_url=party.browser.base_url) as machine:
        answer = await machine.post(
            "/oauth2/par",
            content=b"client_id=x&scope=a&scope=b",
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=(party.client.id, party.secret),
        )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_rfc9126_2_1_the_client_proves_who_it_is(party: Party) -> None:
    answer = await party.post("/oauth2/par", dict(party.params()), auth=(party.client.id, "wrong"))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert await db.fetch_value(COUNT) == 0


async def test_rfc9126_2_1_the_client_in_the_body_is_the_one_that_proved_itself(
    browser: httpx.AsyncClient, party: Party
) -> None:
    other = await make_party(browser)

    assert (await push(party, client_id=other.client.id)).status_code == 400
    assert (await push(party, client_id=None)).status_code == 201


async def test_a_public_client_pushes_without_a_proof(public_party: Party, session: Session) -> None:
    uri = await pushed_uri(public_party)

    assert "code" in answer_of(await follow(public_party, uri))


@pytest.mark.parametrize("aud", [ISSUER, f"{ISSUER}/oauth2/token", f"{ISSUER}/oauth2/par", [ISSUER]])
async def test_rfc9126_2_an_assertion_may_be_for_the_issuer_or_an_endpoint(
    browser: httpx.AsyncClient, aud: object
) -> None:
    signer = await make_signing_party(browser, token_endpoint_auth_method="private_key_jwt")
    proof = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signer.assertion(aud=aud)}

    answer = await signer.post("/oauth2/par", {**signer.params(), **proof}, headers={})

    assert answer.status_code == 201, answer.text
    row = await db.fetch_row("SELECT params FROM oidc_pushed_request")
    assert row is not None
    assert "client_assertion" not in row["params"]


async def test_rfc9126_2_3_the_method_is_post(browser: httpx.AsyncClient) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert (await browser.request(method, "/oauth2/par")).status_code == 405


async def test_rfc9126_2_3_a_request_that_is_too_long_is_a_413(party: Party) -> None:
    answer = await push(party, login_hint="x" * 20_000)

    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    assert await db.fetch_value(COUNT) == 0


async def test_rfc9126_2_3_too_many_requests_are_a_429(
    public_party: Party, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PER_ADDRESS", "PER_CLIENT"):
        limit = getattr(pushed, name)
        monkeypatch.setattr(pushed, name, type(limit)(limit.name, 2, limit.window))
    for each in (public_party, party):
        assert [(await push(each)).status_code for _ in range(2)] == [201, 201]

        answer = await push(each)

        assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
        assert int(answer.headers["retry-after"]) > 0
    assert await db.fetch_value(COUNT) == 4


async def test_a_client_may_have_to_push(browser: httpx.AsyncClient, session: Session) -> None:
    party = await make_party(browser, require_pushed_authorization_requests=True)

    bare = answer_of(await party.authorize())
    pushed_one = answer_of(await follow(party, await pushed_uri(party)))

    assert bare["error"] == "invalid_request"
    assert "code" in pushed_one


async def test_a_client_that_was_switched_off_cannot_be_followed(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(is_enabled=False)))

    assert (await follow(party, uri)).status_code == 400


async def test_a_redirect_uri_that_was_withdrawn_meanwhile_is_not_used(party: Party, session: Session) -> None:
    uri = await pushed_uri(party)
    await commit(update_client(SYSTEM, party.client.id, ClientChanges(redirect_uris=("https://app.example.com/n",))))

    answer = await follow(party, uri)

    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_requests_that_nobody_opened_go_soon_after_their_name(party: Party) -> None:
    with clock.frozen() as stopped:
        await pushed_uri(party)
        stopped.advance(timedelta(seconds=149))
        await commit(sweep())
        assert await db.fetch_value(COUNT) == 1

        stopped.advance(timedelta(seconds=2))
        await commit(sweep())

    assert await db.fetch_value(COUNT) == 0


async def test_an_answered_request_is_remembered_while_it_waits_in_another_tab(
    browser: httpx.AsyncClient, party: Party, user: User
) -> None:
    with clock.frozen() as stopped:
        uri = await pushed_uri(party)
        first, second = await follow(party, uri), await follow(party, uri)
        assert "code" in answer_of(await browser.get(await complete_flow(browser, first, user)))
        stopped.advance(timedelta(minutes=59))
        await commit(sweep())
        assert await db.fetch_value(COUNT) == 1

        stopped.advance(timedelta(minutes=2))
        await commit(sweep())

    assert second.headers["location"].startswith("/signin?flow=")
    assert await db.fetch_value(COUNT) == 0


@pytest.mark.parametrize("name", ["PER_ADDRESS", "PER_DYNAMIC_CLIENT"])
async def test_a_secret_that_anybody_can_have_made_is_no_licence_to_fill_the_table(
    party: Party, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    limit = getattr(pushed, name)
    monkeypatch.setattr(pushed, name, type(limit)(limit.name, 2, limit.window))
    await describe_itself(party.client.id)

    answers = [await push(party) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert await db.fetch_value(COUNT) == 2


async def test_clients_of_operators_push_for_all_of_their_users_from_one_address(
    party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PER_ADDRESS", "PER_DYNAMIC_CLIENT"):
        limit = getattr(pushed, name)
        monkeypatch.setattr(pushed, name, type(limit)(limit.name, 2, limit.window))

    assert [(await push(party)).status_code for _ in range(4)] == [201] * 4
