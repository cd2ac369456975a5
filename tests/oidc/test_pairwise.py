"""Pairwise subjects (OpenID Connect Core §8): what a client with them sees, and says, of users."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from app.api_keys.types import CreatedApiKey
from app.authz.service.tuples import write_tuples
from app.authz.types import RelationTuple, TupleKey
from app.authz.types.writes import TupleWrite
from app.clients.service import create_client, find_client, update_client
from app.clients.types import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    TOKEN_EXCHANGE,
    ClientChanges,
    ClientKind,
    NewClient,
)
from app.jobs.service import enqueue, run_pending
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.errors import AppError, InputProblems, Unavailable
from app.kit.recall import ear
from app.kit.runtime import keyring, override
from app.oidc.access_tokens import find_access_token
from app.oidc.backchannel import make_logout_token
from app.oidc.jobs import SEAL
from app.oidc.queries.participants import Parting
from app.oidc.subjects import forget_pairwise_key, sector_of, subject_for, user_of
from app.sessions.types import Session
from app.users.types import User
from tests.api_keys.support import make_key
from tests.authz.answers.support import SOURCE, save_app_of
from tests.clients.sectors import Publisher, publishing
from tests.oidc.live import CHECK, EVALUATION, let_read
from tests.oidc.machines import USER_ID_TYPE, Machine, make_machine
from tests.oidc.support import CALLBACK, Party, answer_of, claims_of, make_party, sign_in
from tests.oidc.test_remembered_tokens import hears, stranger, until
from tests.support import SECRET, commit, make_admin, make_user

__all__ = ["hears"]
API = ("openid", "profile", "email", "offline_access", "auther:api")
NEXT_SECRET = "another secret, also thirty-two bytes or more"


@pytest.fixture(autouse=True)
def nothing_held(database: None) -> None:
    forget_pairwise_key()


@pytest.fixture
async def hidden(browser: httpx.AsyncClient) -> Party:
    """A confidential application with pairwise subjects."""
    return await make_party(browser, subject_type="pairwise", scopes=API)


async def make_hidden(browser: httpx.AsyncClient, host: str, **changes: Any) -> Party:
    uri = f"https://{host}/callback"
    party = await make_party(browser, subject_type="pairwise", redirect_uris=(uri,), **changes)
    party.defaults["redirect_uri"] = uri
    return party


async def tokens_of(party: Party, **params: str | None) -> dict[str, Any]:
    answer = await party.authorize(**params)
    uri = party.params(**params)["redirect_uri"]
    redeemed = await party.redeem(answer_of(answer, at=uri)["code"], redirect_uri=uri)
    assert redeemed.status_code == 200, redeemed.text
    return dict(redeemed.json())


async def test_oidc_core_8_1_whatever_the_client_sees_names_the_user_by_one_subject(
    hidden: Party, session: Session, user: User
) -> None:
    given = await tokens_of(hidden, scope="openid profile email offline_access")
    sub = await subject_for(hidden.client, user.id)

    again = (await hidden.refresh(given["refresh_token"])).json()
    seen = {
        "ID token": claims_of(given["id_token"]),
        "access token": claims_of(given["access_token"]),
        "userinfo": (await hidden.userinfo(given["access_token"])).json(),
        "introspection": (await hidden.post("/oauth2/introspect", {"token": again["access_token"]})).json(),
        "refresh token": (await hidden.post("/oauth2/introspect", {"token": again["refresh_token"]})).json(),
        "ID token after a refresh": claims_of(again["id_token"]),
    }

    assert {name: claims["sub"] for name, claims in seen.items()} == dict.fromkeys(seen, sub)
    assert user.id not in orjson.dumps(seen).decode()
    assert len(sub) == 64


async def test_oidc_core_8_1_two_sectors_share_no_subject_and_one_sector_does(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    first, twin = await make_hidden(browser, "one.example.com"), await make_hidden(browser, "one.example.com")
    other = await make_hidden(browser, "two.example.com")

    subs = [claims_of((await tokens_of(each))["id_token"])["sub"] for each in (first, twin, other)]

    assert subs[0] == subs[1]
    assert subs[2] != subs[0]
    assert user.id not in subs


@pytest.mark.parametrize(
    ("changes", "sector"),
    [
        ({"redirect_uris": ("https://a.example.com/cb", "https://a.example.com/other")}, "a.example.com"),
        ({"kind": ClientKind.NATIVE, "redirect_uris": ("com.example.app:/cb",)}, None),
        ({"kind": ClientKind.NATIVE, "redirect_uris": ("http://127.0.0.1/cb",)}, None),
        ({"kind": ClientKind.MACHINE, "redirect_uris": (), "post_logout_redirect_uris": ()}, None),
    ],
)
async def test_a_client_without_a_web_host_is_a_sector_of_its_own(
    browser: httpx.AsyncClient, changes: dict[str, Any], sector: str | None
) -> None:
    client = (await make_party(browser, subject_type="pairwise", **changes)).client

    assert sector_of(client) == (sector or client.id)


async def test_the_subject_is_turned_back_only_in_its_sector(browser: httpx.AsyncClient, user: User) -> None:
    first = (await make_hidden(browser, "one.example.com")).client
    other = (await make_hidden(browser, "two.example.com")).client
    sub = await subject_for(first, user.id)

    assert await user_of(first, sub) == user.id
    assert await user_of(other, sub) is None
    for text in (user.id, "", "x", sub[:-1], sub[:-1] + ("A" if sub[-1] != "A" else "B"), "é", "A" * 10_000):
        assert await user_of(first, text) is None


async def test_subjects_survive_the_rotation_of_the_secret(hidden: Party, user: User) -> None:
    before = await subject_for(hidden.client, user.id)
    sealed = await db.fetch_value("SELECT sealed FROM oidc_pairwise_key")

    with override(secret=NEXT_SECRET, secret_previous=(SECRET,)):
        forget_pairwise_key()
        during = await subject_for(hidden.client, user.id)
        await commit(enqueue(SEAL, {}))
        await run_pending()
    with override(secret=NEXT_SECRET):
        forget_pairwise_key()
        after = await subject_for(hidden.client, user.id)

    assert before == during == after
    assert await db.fetch_value("SELECT sealed FROM oidc_pairwise_key") != sealed


async def test_without_the_secret_no_subject_is_made_up(hidden: Party, user: User) -> None:
    await subject_for(hidden.client, user.id)
    forget_pairwise_key()

    with override(secret=NEXT_SECRET), pytest.raises(Unavailable) as refusal:
        await subject_for(hidden.client, user.id)

    assert refusal.value.code == "kit_secret_unknown"


async def test_many_at_once_make_one_key(hidden: Party, user: User) -> None:
    async def ask() -> str:
        forget_pairwise_key()
        return await subject_for(hidden.client, user.id)

    subs = await asyncio.gather(*(ask() for _ in range(20)))

    assert len(set(subs)) == 1
    assert await db.fetch_value("SELECT count(*) FROM oidc_pairwise_key") == 1


async def test_a_key_that_is_rolled_back_is_not_remembered(hidden: Party, user: User) -> None:
    with pytest.raises(LookupError):
        async with unit_of_work():
            lost = await subject_for(hidden.client, user.id)
            assert await subject_for(hidden.client, user.id) == lost
            raise LookupError

    assert await subject_for(hidden.client, user.id) != lost


async def test_oidc_core_3_1_2_1_a_hint_names_the_user(
    hidden: Party, session: Session, browser: httpx.AsyncClient
) -> None:
    hint = (await tokens_of(hidden))["id_token"]

    good = answer_of(await hidden.authorize(prompt="none", id_token_hint=hint))
    await sign_in(browser, await make_user("eve@example.com"))
    other = answer_of(await hidden.authorize(prompt="none", id_token_hint=hint))

    assert "code" in good
    assert other["error"] == "login_required"


async def test_oidc_core_5_5_1_a_requested_subject_is_the_pairwise_one(
    hidden: Party, session: Session, user: User
) -> None:
    async def ask(sub: str) -> dict[str, str]:
        claims = orjson.dumps({"id_token": {"sub": {"value": sub}}}).decode()
        return answer_of(await hidden.authorize(prompt="none", claims=claims))

    good = await ask(await subject_for(hidden.client, user.id))
    internal, nobody = await ask(user.id), await ask("nobody")

    assert "code" in good
    assert [each["error"] for each in (internal, nobody)] == ["login_required"] * 2


async def test_rp_initiated_logout_3_a_hint_signs_out_without_asking(
    hidden: Party, session: Session, browser: httpx.AsyncClient
) -> None:
    hint = (await tokens_of(hidden))["id_token"]

    foreign = await browser.get("/oauth2/logout")
    assert not await db.fetch_value("SELECT ended_at IS NOT NULL FROM sessions_session WHERE id = $1", session.id)

    answer = await browser.get("/oauth2/logout", params={"id_token_hint": hint})

    assert (foreign.status_code, answer.status_code) == (200, 200)
    assert await db.fetch_value("SELECT ended_at IS NOT NULL FROM sessions_session WHERE id = $1", session.id)


async def test_a_check_about_oneself_names_the_pairwise_subject(hidden: Party, session: Session, user: User) -> None:
    await save_documents(hidden, user)
    token = (await tokens_of(hidden, scope="openid"))["access_token"]
    sub = await subject_for(hidden.client, user.id)
    headers = {"authorization": f"Bearer {token}"}
    check = {"entityType": "document", "entityId": "1", "permission": "read"}

    bare = (await hidden.browser.post(CHECK, json=check, headers=headers)).json()
    named = (
        await hidden.browser.post(CHECK, json={**check, "subjectType": "user", "subjectId": sub}, headers=headers)
    ).json()
    decided = await hidden.browser.post(
        EVALUATION,
        json={
            "subject": {"type": "user", "id": sub},
            "action": {"name": "read"},
            "resource": {"type": "document", "id": "1"},
        },
        headers=headers,
    )

    assert (bare["allowed"], bare["subjectId"]) == (True, sub)
    assert (named["allowed"], named["subjectId"]) == (True, sub)
    assert decided.json() == {"decision": True}


async def test_an_id_means_nobody_to_a_pairwise_client_not_even_the_caller(
    hidden: Party, session: Session, user: User
) -> None:
    await save_documents(hidden, user)
    other = await make_user("eve@example.com")
    headers = {"authorization": f"Bearer {(await tokens_of(hidden, scope='openid'))['access_token']}"}
    check = {"entityType": "document", "entityId": "1", "permission": "read", "subjectType": "user"}
    asked = {"action": {"name": "read"}, "resource": {"type": "document", "id": "1"}}

    async def answers(user_id: str) -> list[tuple[int, str]]:
        checked = await hidden.browser.post(CHECK, json={**check, "subjectId": user_id}, headers=headers)
        subject = {"type": "user", "id": user_id}
        decided = await hidden.browser.post(EVALUATION, json={**asked, "subject": subject}, headers=headers)
        return [(each.status_code, each.json().get("error", each.text)) for each in (checked, decided)]

    own, theirs = await answers(user.id), await answers(other.id)

    assert own == theirs
    assert [status for status, _ in own] == [403, 403]


async def test_a_check_about_an_id_denies_and_tells_it_as_it_was_sent(browser: httpx.AsyncClient, user: User) -> None:
    machine = await make_machine(
        browser, subject_type="pairwise", grant_types=(CLIENT_CREDENTIALS,), scopes=("auther:api",)
    )
    await save_documents(machine, user)
    await let_manage_as_client(machine)
    headers = {"authorization": f"Bearer {await machine.token()}"}
    check = {"entityType": "document", "entityId": "1", "permission": "read", "subjectType": "user"}

    answer = (await browser.post(CHECK, json={**check, "subjectId": user.id}, headers=headers)).json()

    assert (answer["allowed"], answer["subjectId"]) == (False, user.id)


async def test_a_client_asks_about_its_users_by_their_pairwise_subjects(browser: httpx.AsyncClient, user: User) -> None:
    machine = await make_machine(
        browser, subject_type="pairwise", grant_types=(CLIENT_CREDENTIALS,), scopes=("auther:api",)
    )
    await save_documents(machine, user)
    await let_manage_as_client(machine)
    sub = await subject_for(machine.client, user.id)
    headers = {"authorization": f"Bearer {await machine.token()}"}
    asked = {"action": {"name": "read"}, "resource": {"type": "document", "id": "1"}}

    decided = await browser.post(
        EVALUATION, json={**asked, "subject": {"type": "user", "id": sub}}, headers=headers
    )  # fmt: skip
    found = await browser.post(
        "/access/v1/search/subject", json={**asked, "subject": {"type": "user"}}, headers=headers
    )  # fmt: skip

    assert decided.json() == {"decision": True}, decided.text
    assert found.json()["results"] == [{"type": "user", "id": sub}]


async def test_rfc8693_an_exchanged_token_names_the_user_as_its_own_client_does(
    browser: httpx.AsyncClient, session: Session, user: User
) -> None:
    backend = await make_machine(browser, subject_type="pairwise")
    front = await make_hidden(browser, "front.example.com", allowed_audiences=(backend.client.id,))
    given = (await tokens_of(front))["access_token"]

    traded = claims_of((await backend.trade(given)).json()["access_token"])
    seen = await backend.introspect(given)

    sub = await subject_for(backend.client, user.id)
    assert traded["sub"] == seen["sub"] == sub
    assert sub != claims_of(given)["sub"]
    assert traded["act"] == {"sub": backend.client.id, "sub_type": "client"}
    assert user.id not in orjson.dumps([traded, seen]).decode()


async def test_an_impersonated_user_and_the_operator_are_named_pairwise(browser: httpx.AsyncClient, user: User) -> None:
    operator = await make_admin()
    await sign_in(browser, operator)
    grants = (AUTHORIZATION_CODE, TOKEN_EXCHANGE)
    desk = await make_party(browser, subject_type="pairwise", scopes=API, grant_types=grants)
    own = (await tokens_of(desk, scope="openid auther:api"))["access_token"]

    answer = await desk.post(
        "/oauth2/token",
        {
            "grant_type": TOKEN_EXCHANGE, "subject_token": user.id, "subject_token_type": USER_ID_TYPE,
            "actor_token": own, "actor_token_type": "urn:ietf:params:oauth:token-type:access_token",
        },
    )  # fmt: skip

    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    claims, named = claims_of(token), await subject_for(desk.client, operator.id)
    assert (claims["sub"], claims["impersonator"]) == (await subject_for(desk.client, user.id), named)
    assert claims["act"] == {"sub": named}
    assert (await desk.userinfo(token)).json()["sub"] == claims["sub"]

    access = await find_access_token(token)
    assert access is not None
    assert access.impersonator_id == operator.id


async def test_an_api_key_tells_a_pairwise_client_no_id_of_its_owner(browser: httpx.AsyncClient, user: User) -> None:
    machine, made = await make_machine(browser, subject_type="pairwise"), await make_key(user)

    token = (await trade_key(machine, made)).json()["access_token"]

    assert claims_of(token)["sub"] == await subject_for(machine.client, user.id)


async def test_the_client_that_a_keys_token_is_for_sees_the_owner_by_one_subject(
    browser: httpx.AsyncClient, user: User
) -> None:
    reader = await make_machine(browser, subject_type="pairwise")
    source = SOURCE.replace("type group", "type apikey\ntype group", 1).replace(
        "viewer: [user, user:*]", "viewer: [user, user:*, apikey]"
    )
    await save_app_of(reader.client.id, source)
    made = await make_key(user)
    await let_read(reader, user.id, "1")
    key = TupleKey(f"{reader.client.id}:document", "1", "viewer", "apikey", made.key.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))

    exchange = {"apiKey": made.secret, "audience": reader.client.id}
    answer = await browser.post("/api/auth/api-key/exchange", json=exchange)
    token = answer.json()["token"]
    seen = await reader.introspect(token)
    traded = claims_of((await reader.trade(token)).json()["access_token"])

    assert seen["active"]
    named = await subject_for(reader.client, user.id)
    assert (claims_of(token)["sub"], seen["sub"], traded["sub"]) == (named, named, named)


async def test_another_client_sees_a_token_as_it_is(browser: httpx.AsyncClient, session: Session, user: User) -> None:
    reader = await make_machine(browser)
    hidden = await make_hidden(browser, "front.example.com", allowed_audiences=(reader.client.id,))
    given = (await tokens_of(hidden))["access_token"]

    assert (await reader.introspect(given))["sub"] == claims_of(given)["sub"]


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as found:
        yield found


URIS = (CALLBACK, "https://other.example.com/callback")


def sector_client(uri: str, redirect_uris: tuple[str, ...] = URIS) -> NewClient:
    return NewClient(
        name="Notes", kind=ClientKind.WEB, redirect_uris=redirect_uris, subject_type="pairwise",
        sector_identifier_uri=uri,
    )  # fmt: skip


async def problems_of(work: Any) -> list[tuple[str, tuple[str, ...]]]:
    with pytest.raises(InputProblems) as refusal:
        await commit(work)
    found: list[AppError] = list(refusal.value.problems)
    return [(each.code, each.field) for each in found]


async def test_registration_5_a_sector_document_that_lists_all_is_enough(publisher: Publisher) -> None:
    publisher.body = orjson.dumps([*URIS, "https://third.example.com/"])

    created = (await commit(create_client(SYSTEM, sector_client(publisher.uri)))).client

    # The port is no part of a sector; a loopback one is that client's alone.
    assert (publisher.asked, sector_of(created)) == (1, created.id)


async def test_registration_5_a_redirect_uri_that_the_document_lacks_is_refused(publisher: Publisher) -> None:
    publisher.body = orjson.dumps([URIS[0]])

    problems = await problems_of(create_client(SYSTEM, sector_client(publisher.uri)))

    assert problems == [("clients_sector_mismatch", ("redirect_uris", "1"))]
    assert await db.fetch_value("SELECT count(*) FROM clients_client") == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("404 Not Found", b"[]"),
        ("302 Found", b"[]"),
        ("200 OK", b"{}"),
        ("200 OK", b"[1]"),
        ("200 OK", b"not JSON"),
        ("200 OK", b"[" + b'"x",' * 30_000 + b'"x"]'),
    ],
)
async def test_a_document_that_cannot_be_read_is_refused(publisher: Publisher, status: str, body: bytes) -> None:
    publisher.status, publisher.body = status, body

    problems = await problems_of(create_client(SYSTEM, sector_client(publisher.uri)))

    assert problems == [("clients_sector_unreadable", ("sector_identifier_uri",))]


async def test_a_document_at_a_private_address_is_never_asked_for(publisher: Publisher) -> None:
    with override(outbound_allow=()):
        problems = await problems_of(create_client(SYSTEM, sector_client("https://127.0.0.1/sector")))

    assert [code for code, _ in problems] == ["clients_sector_unreadable"]
    assert publisher.asked == 0


async def test_a_change_of_redirect_uris_asks_again_and_another_change_does_not(publisher: Publisher) -> None:
    publisher.body = orjson.dumps([*URIS])
    client = (await commit(create_client(SYSTEM, sector_client(publisher.uri)))).client
    await commit(update_client(SYSTEM, client.id, ClientChanges(name="Papers")))
    assert publisher.asked == 1

    changes = ClientChanges(redirect_uris=(*URIS, "https://evil.example.com/"))
    problems = await problems_of(update_client(SYSTEM, client.id, changes))

    assert problems == [("clients_sector_mismatch", ("redirect_uris", "2"))]
    kept = await find_client(client.id)
    assert kept is not None
    assert kept.redirect_uris == URIS


async def save_documents(party: Party, user: User) -> None:

    await save_app_of(party.client.id)
    await let_read(party, user.id, "1")


async def let_manage_as_client(machine: Machine) -> None:

    key = TupleKey("clients", machine.client.id, "admin", "client", machine.client.id)
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))


async def trade_key(machine: Machine, made: CreatedApiKey) -> httpx.Response:
    form: dict[str, str | None] = {
        "grant_type": TOKEN_EXCHANGE,
        "subject_token": made.secret,
        "subject_token_type": "urn:auther:params:oauth:token-type:api-key",
    }
    return await machine.post("/oauth2/token", form)


@pytest.mark.usefixtures("hears")
async def test_a_client_that_becomes_pairwise_is_told_no_id_any_more(
    party: Party, session: Session, user: User, dsn: str
) -> None:
    await save_documents(party, user)
    headers = {"authorization": f"Bearer {(await tokens_of(party, scope='openid'))['access_token']}"}
    check = {"entityType": "document", "entityId": "1", "permission": "read"}

    async def told() -> str:
        return str((await party.browser.post(CHECK, json=check, headers=headers)).json()["subjectId"])

    assert [await told(), await told()] == [user.id, user.id]
    generation = ear.generation
    async with stranger(dsn) as elsewhere:
        await elsewhere.execute("UPDATE clients_client SET subject_type = 'pairwise' WHERE id = $1", party.client.id)
        await until(lambda: ear.generation > generation)

    assert await told() == await subject_for(replace(party.client, subject_type="pairwise"), user.id)


async def test_backchannel_logout_2_4_a_logout_token_names_the_pairwise_subject(
    hidden: Party, session: Session, user: User
) -> None:
    token = await make_logout_token(hidden.client, Parting(session.id, user.id, hidden.client.id))

    assert claims_of(token)["sub"] == await subject_for(hidden.client, user.id)
    assert user.id not in orjson.dumps(claims_of(token)).decode()


async def test_the_key_is_one_and_sealed(hidden: Party, user: User) -> None:
    await subject_for(hidden.client, user.id)

    sealed = await db.fetch_value("SELECT sealed FROM oidc_pairwise_key")
    assert len(keyring().open(sealed, purpose="pairwise-key")) == 64
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute("INSERT INTO oidc_pairwise_key (id, sealed, created_at) VALUES ('other', $1, now())", sealed)
