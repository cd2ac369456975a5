"""A registered client reads, replaces and deletes itself (RFC 7592)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from app.clients.service import declare_client, forget_clients, release_declared_clients, update_client
from app.clients.types import ClientChanges, ClientKind, DeclaredClient, NewClient
from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.kit.runtime import override
from tests.oidc.machines import KeyPair
from tests.oidc.registering import PATH, Registrar, bearer, count_clients, make_initial_token, metadata, stored
from tests.oidc.support import CALLBACK
from tests.support import commit

OTHER = "https://app.example.com/other"


@pytest.fixture
async def registrar(browser: httpx.AsyncClient) -> Registrar:
    return Registrar(browser, await make_initial_token())


@pytest.fixture
async def client(registrar: Registrar) -> dict[str, Any]:
    return await registrar.register(contacts=["ops@example.com"])


def replacing(client: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return metadata(client_id=client["client_id"], **changes)


async def test_rfc7592_2_1_a_client_reads_what_is_registered(registrar: Registrar, client: dict[str, Any]) -> None:
    answer = await registrar.manage("GET", client)

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json() == {name: value for name, value in client.items() if name != "client_secret"}


async def test_rfc7592_2_2_an_update_replaces_everything(registrar: Registrar, client: dict[str, Any]) -> None:
    answer = await registrar.manage("PUT", client, json=replacing(client, client_name="New", redirect_uris=[OTHER]))

    told = answer.json()
    assert answer.status_code == 200
    assert (told["client_name"], told["redirect_uris"], told["contacts"]) == ("New", [OTHER], [])
    assert told["client_id"] == client["client_id"]
    assert "client_secret" not in told
    assert (await registrar.manage("GET", told)).json() == told


async def test_rfc7592_3_an_update_renews_the_registration_token(registrar: Registrar, client: dict[str, Any]) -> None:
    told = (await registrar.manage("PUT", client, json=replacing(client))).json()

    assert told["registration_access_token"] != client["registration_access_token"]
    assert (await registrar.manage("GET", client)).status_code == 401
    assert (await registrar.manage("GET", told)).status_code == 200


async def test_rfc7592_2_2_the_secret_lives_on_and_may_be_shown(registrar: Registrar, client: dict[str, Any]) -> None:
    shown = replacing(client, client_secret=client["client_secret"])

    assert (await registrar.manage("PUT", client, json=shown)).status_code == 200
    asked = await registrar.http.post(
        "/oauth2/introspect", data={"token": "x"}, auth=(client["client_id"], client["client_secret"])
    )
    assert asked.json() == {"active": False}


async def test_a_change_of_the_method_ends_or_makes_the_secret(registrar: Registrar, client: dict[str, Any]) -> None:
    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [KeyPair().jwk]}}
    by_key = (await registrar.manage("PUT", client, json=replacing(client, **keys))).json()
    secrets = await db.fetch_value("SELECT count(*) FROM clients_secret")
    by_secret = (await registrar.manage("PUT", by_key, json=replacing(client))).json()

    assert (secrets, "client_secret" in by_key) == (0, False)
    assert by_secret["client_secret"].startswith("asec_")
    assert by_secret["client_secret"] != client["client_secret"]


async def test_an_update_may_change_the_kind(registrar: Registrar, client: dict[str, Any]) -> None:
    changes = {"token_endpoint_auth_method": "none", "redirect_uris": ["http://127.0.0.1/cb"]}

    assert (await registrar.manage("PUT", client, json=replacing(client, **changes))).status_code == 200

    row = await stored(client["client_id"])
    assert (row["kind"], row["origins"]) == ("native", [])


async def test_a_client_that_gives_its_secret_up_uses_pkce(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token(require_pkce=False))
    client = await registrar.register()

    answer = await registrar.manage("PUT", client, json=replacing(client, token_endpoint_auth_method="none"))

    assert answer.status_code == 200
    assert (await stored(client["client_id"]))["require_pkce"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "cli_other"},
        {"client_secret": "asec_wrong"},
        {"registration_access_token": "x"},
        {"registration_client_uri": "https://x.example"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 1},
    ],
    ids=lambda changes: "-".join(changes) + ("-wrong" if changes.get("client_id") else ""),
)
async def test_rfc7592_2_2_what_an_update_must_not_bring(
    registrar: Registrar, client: dict[str, Any], changes: dict[str, Any]
) -> None:
    before = await stored(client["client_id"])

    answer = await registrar.manage("PUT", client, json=metadata(**{"client_id": client["client_id"], **changes}))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert await stored(client["client_id"]) == before


async def test_a_refused_update_changes_nothing(registrar: Registrar, client: dict[str, Any]) -> None:
    before = await stored(client["client_id"])

    answer = await registrar.manage("PUT", client, json=replacing(client, redirect_uris=[f"{CALLBACK}#x"]))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert await stored(client["client_id"]) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_rfc7592_2_the_token_of_one_client_does_not_open_another(
    registrar: Registrar, client: dict[str, Any], method: str
) -> None:
    other = await registrar.register(client_name="Other")
    before = await stored(other["client_id"])
    foreign = {**other, "registration_access_token": client["registration_access_token"]}

    answer = await registrar.manage(method, foreign, json=replacing(other, client_name="Taken"))

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert await stored(other["client_id"]) == before


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_nothing_but_the_registration_token_opens_a_client(
    registrar: Registrar, client: dict[str, Any], method: str
) -> None:
    url = f"{PATH}/{client['client_id']}"
    shown = [{}, bearer(registrar.token), bearer(client["client_secret"]), bearer("areg_wrong")]

    answers = [await registrar.http.request(method, url, json=replacing(client), headers=headers) for headers in shown]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert await count_clients() == 1


async def test_rfc7592_2_3_a_client_deletes_itself(registrar: Registrar, client: dict[str, Any]) -> None:
    answer = await registrar.manage("DELETE", client)

    assert (answer.status_code, answer.content, await count_clients()) == (204, b"", 0)
    actions = [
        row[0] for row in await db.fetch("SELECT action FROM events_audit WHERE target_type = 'client' ORDER BY seq")
    ]
    assert actions == ["client.created", "client.deleted"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_rfc7592_2_a_deleted_client_is_unknown(registrar: Registrar, client: dict[str, Any], method: str) -> None:
    await registrar.manage("DELETE", client)

    assert (await registrar.manage(method, client, json=replacing(client))).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_client_that_was_switched_off_is_kept_by_operators(
    registrar: Registrar, client: dict[str, Any], method: str
) -> None:
    await commit(update_client(SYSTEM, client["client_id"], ClientChanges(is_enabled=False)))
    before = await stored(client["client_id"])

    answer = await registrar.manage(method, client, json=replacing(client, client_name="New"))

    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    assert await stored(client["client_id"]) == before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_a_declared_client_is_changed_in_the_configuration_only(
    registrar: Registrar, client: dict[str, Any], method: str
) -> None:
    new = NewClient(name="Declared", kind=ClientKind.SPA, redirect_uris=(CALLBACK,))
    await commit(declare_client(DeclaredClient(id=client["client_id"], client=new)))
    before = await stored(client["client_id"])

    answer = await registrar.manage(method, client, json=replacing(client, client_name="New"))

    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")
    assert await stored(client["client_id"]) == before


async def test_what_operators_decided_survives_an_update(registrar: Registrar, client: dict[str, Any]) -> None:
    decided = ClientChanges(
        description="Reviewed",
        access_token_ttl_seconds=600,
        scopes=("openid", "billing:read"),
        resource_uris=("https://api.example.com/",),
        require_mfa=True,
    )
    await commit(update_client(SYSTEM, client["client_id"], decided))

    told = (await registrar.manage("PUT", client, json=replacing(client, scope="openid billing:read email"))).json()

    row = await stored(client["client_id"])
    assert (row["description"], row["access_token_ttl_seconds"]) == ("Reviewed", 600)
    assert (row["resource_uris"], row["require_mfa"]) == (["https://api.example.com/"], True)
    assert told["scope"] == "openid billing:read email"


async def test_an_update_gets_no_scope_of_the_platform(registrar: Registrar, client: dict[str, Any]) -> None:
    told = (await registrar.manage("PUT", client, json=replacing(client, scope="openid auther:api"))).json()

    assert told["scope"] == "openid"


async def test_a_client_lives_on_when_its_initial_token_is_used_up_and_registration_closed(
    registrar: Registrar, client: dict[str, Any]
) -> None:
    await db.execute("UPDATE clients_initial_token SET max_uses = 1, revoked_at = now()")
    with override(registration="closed"):
        read = await registrar.manage("GET", client)
        replaced = await registrar.manage("PUT", client, json=replacing(client))

    assert (read.status_code, replaced.status_code) == (200, 200)


async def test_of_two_updates_at_once_with_one_token_one_wins(registrar: Registrar, client: dict[str, Any]) -> None:
    answers = await asyncio.gather(
        *(registrar.manage("PUT", client, json=replacing(client, client_name=f"Name {n}")) for n in range(5))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await stored(client["client_id"]))["name"] == winner["client_name"]


async def test_an_address_calls_only_so_often(registrar: Registrar) -> None:
    with clock.frozen():
        client = await registrar.register()
        codes = [(await registrar.manage("GET", client)).status_code for _ in range(300)]

    assert codes == [200] * 299 + [429]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (ClientChanges(is_first_party=True), "is_first_party"),
        (ClientChanges(scopes=("openid", "auther:api")), "scopes"),
    ],
    ids=["first-party", "platform-scope"],
)
async def test_a_client_that_can_change_its_redirect_uris_is_not_trusted(
    client: dict[str, Any], changes: ClientChanges, field: str
) -> None:
    before = await stored(client["client_id"])

    with pytest.raises(InputProblems) as refused:
        await commit(update_client(SYSTEM, client["client_id"], changes))

    assert [(each.code, each.field) for each in refused.value.problems] == [("clients_self_described", (field,))]
    assert await stored(client["client_id"]) == before


@pytest.mark.parametrize(
    "trust", ["is_first_party = TRUE", "scopes = '{openid,auther:api}'"], ids=["first-party", "platform-scope"]
)
async def test_one_that_was_trusted_before_cannot_move_its_redirect_uris(
    registrar: Registrar, client: dict[str, Any], trust: str
) -> None:
    await db.execute(f"UPDATE clients_client SET {trust} WHERE id = $1", client["client_id"])
    forget_clients()
    before = await stored(client["client_id"])
    moved = replacing(client, redirect_uris=["https://evil.example.com/"], scope="openid auther:api")

    answer = await registrar.manage("PUT", client, json=moved)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert await stored(client["client_id"]) == before


async def test_the_configuration_may_trust_one_that_it_takes_over(client: dict[str, Any]) -> None:
    new = NewClient(name="Ours", kind=ClientKind.SPA, redirect_uris=(CALLBACK,), is_first_party=True)
    await commit(declare_client(DeclaredClient(id=client["client_id"], client=new)))
    assert (await stored(client["client_id"]))["is_first_party"] is True

    await commit(release_declared_clients([]))
    with pytest.raises(InputProblems):
        await commit(update_client(SYSTEM, client["client_id"], ClientChanges(is_enabled=True)))

    assert (await stored(client["client_id"]))["is_enabled"] is False


async def test_scopes_that_users_consent_to_are_not_kept_for_what_is_done_unattended(
    browser: httpx.AsyncClient,
) -> None:
    both = ["authorization_code", "client_credentials"]
    registrar = Registrar(browser, await make_initial_token(grant_types=tuple(both)))
    with override(registration_scopes=("billing:write",)):
        client = await registrar.register()
        assert "billing:write" in client["scope"].split()

        told = (await registrar.manage("PUT", client, json=replacing(client, grant_types=both))).json()

    assert (told["grant_types"], told["scope"]) == (both, "")
    assert (await stored(client["client_id"]))["scopes"] == []


async def test_scopes_that_operators_gave_to_one_that_acts_alone_are_kept(browser: httpx.AsyncClient) -> None:
    registrar = Registrar(browser, await make_initial_token(grant_types=("client_credentials",)))
    client = await registrar.register(grant_types=["client_credentials"], redirect_uris=None)
    await commit(update_client(SYSTEM, client["client_id"], ClientChanges(scopes=("billing:write",))))
    same = replacing(client, grant_types=["client_credentials"], redirect_uris=None)

    told = (await registrar.manage("PUT", client, json=same)).json()

    assert told["scope"] == "billing:write"
