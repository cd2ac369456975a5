"""Creating clients: defaults of each kind, checks, idempotency, what is told and what never is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.clients.errors import IdempotencyMismatch
from app.clients.service import create_client, find_client, get_clients, verify_client_secret
from app.clients.types import DEVICE_CODE, ClientKind, CreatedClient
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.db import unit_of_work
from app.kit.errors import Forbidden, InputProblems, Unauthenticated
from app.kit.idempotency import IdempotencyKeyInvalid
from app.kit.ids import prefix_of
from app.kit.runtime import override
from tests.clients.support import CALLBACK, events, everything_told, make_client, make_created, new_client, state
from tests.support import as_user, commit, counted_statements, make_admin, make_user

SIGN_IN_SCOPES = ("openid", "profile", "email", "offline_access")
CODE = ("authorization_code", "refresh_token")


async def problems_of(**fields: Any) -> set[tuple[str, ...]]:
    with pytest.raises(InputProblems) as caught:
        await commit(create_client(SYSTEM, new_client(**fields)))
    assert await state() == []
    return {problem.field for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("kind", "grants", "method", "scopes", "response_types", "has_secret"),
    [
        (ClientKind.WEB, CODE, "client_secret_basic", SIGN_IN_SCOPES, ("code",), True),
        (ClientKind.SPA, CODE, "none", SIGN_IN_SCOPES, ("code",), False),
        (ClientKind.NATIVE, CODE, "none", SIGN_IN_SCOPES, ("code",), False),
        (ClientKind.MACHINE, ("client_credentials",), "client_secret_basic", (), (), True),
        (ClientKind.DEVICE, (DEVICE_CODE, "refresh_token"), "none", SIGN_IN_SCOPES, (), False),
    ],
)
async def test_each_kind_starts_with_sound_defaults(
    kind: ClientKind,
    grants: tuple[str, ...],
    method: str,
    scopes: tuple[str, ...],
    response_types: tuple[str, ...],
    has_secret: bool,
) -> None:
    created = await make_created(kind)

    client = created.client
    assert (client.kind, client.grant_types, client.response_types) == (kind, grants, response_types)
    assert (client.token_endpoint_auth_method, client.scopes) == (method, scopes)
    assert (client.is_public, client.require_pkce) == (not has_secret, True)
    assert (client.is_enabled, client.is_first_party, client.is_declared) == (True, False, False)
    assert (client.access_token_ttl, client.refresh_token_ttl) == (timedelta(minutes=15), timedelta(days=90))
    assert client.id_token_signed_response_alg == "RS256"
    assert (created.secret is not None, len(client.secrets)) == (has_secret, int(has_secret))
    assert prefix_of(client.id) == "cli"
    assert await find_client(client.id) == client
    assert await get_clients([client.id, "cli_none"]) == {client.id: client}


async def test_all_fields_are_kept() -> None:
    fields: dict[str, Any] = {
        "name": "Portal ✓", "description": "Two\nlines", "is_first_party": True,
        "redirect_uris": (CALLBACK, "http://localhost:3000/cb"),
        "post_logout_redirect_uris": ("https://app.example.com/bye",),
        "grant_types": ("authorization_code",), "scopes": ("openid", "billing:read"),
        "token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "EdDSA",
        "require_pkce": False, "client_uri": "https://app.example.com", "logo_uri": "https://cdn.example.com/l.svg",
        "tos_uri": "https://app.example.com/terms#s2", "policy_uri": "https://app.example.com/privacy",
        "contacts": ("ops@example.com",),
    }  # fmt: skip
    created = await make_created(**fields, access_token_ttl_seconds=300, refresh_token_ttl_seconds=86_400)

    stored = await find_client(created.client.id)

    assert stored is not None
    assert {name: getattr(stored, name) for name in fields} == fields
    assert (stored.access_token_ttl, stored.refresh_token_ttl) == (timedelta(minutes=5), timedelta(days=1))


async def test_values_left_to_the_settings_follow_them() -> None:
    client = await make_client()

    with override(access_token_ttl=timedelta(minutes=30), default_id_token_alg="ES256"):
        changed = (await get_clients([client.id]))[client.id]

    assert (changed.access_token_ttl, changed.id_token_signed_response_alg) == (timedelta(minutes=30), "ES256")


async def test_a_secret_is_given_once_and_only_its_hash_is_stored() -> None:
    created = await make_created()

    assert created.secret is not None
    assert created.secret.startswith("asec_")
    assert len(created.secret) >= 43
    assert created.client.secrets[0].hint == created.secret[-4:]
    assert await verify_client_secret(created.client.id, created.secret)
    assert created.secret not in repr(await state())
    assert created.secret not in await everything_told()
    assert created.secret not in repr(created)


async def test_creation_is_told_with_its_author_and_without_secrets() -> None:
    admin = as_user(await make_admin())

    created = await commit(create_client(admin, new_client()))

    (event,) = await events()
    assert (event.action, event.target_id, event.actor_id) == ("client.created", created.client.id, admin.id)
    assert event.after is not None
    assert event.after["redirect_uris"] == [CALLBACK]
    assert event.after["access_token_ttl_seconds"] == 900
    assert event.after["token_endpoint_auth_method"] == "client_secret_basic"
    assert not {"secrets", "secret"} & event.after.keys()
    assert created.client.owner_id == admin.id


async def test_all_problems_come_at_once_with_their_fields() -> None:
    fields = await problems_of(
        name=" ",
        description="x" * 1_001,
        redirect_uris=(CALLBACK, "http://evil.example", "https://a.example/*", CALLBACK),
        post_logout_redirect_uris=("javascript:alert(1)",),
        scopes=("openid", "a b", ""),
        grant_types=("password", "authorization_code"),
        token_endpoint_auth_method="none",
        id_token_signed_response_alg="HS256",
        access_token_ttl_seconds=299,
        refresh_token_ttl_seconds=31_536_001,
        client_uri="javascript:alert(1)",
        logo_uri="data:image/png;base64,x",
        contacts=("nobody",),
    )

    assert fields == {
        ("name",), ("description",), ("redirect_uris", "1"), ("redirect_uris", "2"), ("redirect_uris",),
        ("post_logout_redirect_uris", "0"), ("scopes", "1"), ("scopes", "2"), ("grant_types", "0"),
        ("token_endpoint_auth_method",), ("id_token_signed_response_alg",), ("access_token_ttl_seconds",),
        ("refresh_token_ttl_seconds",), ("client_uri",), ("logo_uri",), ("contacts", "0"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "x" * 121}, ("name",)),
        ({"name": "a\r\nb"}, ("name",)),
        ({"name": "a\u202eb"}, ("name",)),
        ({"name": "a\ud800"}, ("name",)),
        ({"description": "a\x00"}, ("description",)),
        ({"redirect_uris": ()}, ("redirect_uris",)),
        ({"redirect_uris": tuple(f"https://a.example/{n}" for n in range(51))}, ("redirect_uris",)),
        ({"kind": ClientKind.SPA, "redirect_uris": ("com.example.app:/cb",)}, ("redirect_uris", "0")),
        ({"kind": ClientKind.MACHINE, "redirect_uris": (CALLBACK,)}, ("redirect_uris",)),
        ({"kind": ClientKind.DEVICE, "post_logout_redirect_uris": (CALLBACK,)}, ("post_logout_redirect_uris",)),
        (
            {"kind": ClientKind.SPA, "token_endpoint_auth_method": "client_secret_basic"},
            ("token_endpoint_auth_method",),
        ),
        ({"kind": ClientKind.SPA, "require_pkce": False}, ("require_pkce",)),
        ({"kind": ClientKind.SPA, "grant_types": ("client_credentials",)}, ("grant_types", "0")),
        ({"kind": ClientKind.MACHINE, "grant_types": ("authorization_code",)}, ("grant_types", "0")),
        ({"grant_types": ()}, ("grant_types",)),
        ({"grant_types": ("refresh_token",), "redirect_uris": ()}, ("grant_types",)),
        ({"scopes": ("openid", "openid")}, ("scopes",)),
        ({"access_token_ttl_seconds": 3_601}, ("access_token_ttl_seconds",)),
        ({"access_token_ttl_seconds": True}, ("access_token_ttl_seconds",)),
        ({"client_uri": "http://app.example.com"}, ("client_uri",)),
        ({"is_first_party": None}, ("is_first_party",)),
    ],
)
async def test_each_rule_names_its_field(fields: dict[str, Any], field: tuple[str, ...]) -> None:
    assert field in await problems_of(**fields)


async def test_an_algorithm_that_has_no_key_cannot_be_chosen() -> None:
    with override(signing_algorithms=("RS256", "ES256")):
        assert await problems_of(id_token_signed_response_alg="EdDSA") == {("id_token_signed_response_alg",)}


async def test_the_same_idempotency_key_gives_the_same_client_without_its_secret() -> None:
    first = await commit(create_client(SYSTEM, new_client(), idempotency_key="k1"))

    again = await commit(create_client(SYSTEM, new_client(), idempotency_key="k1"))

    assert first.secret is not None
    assert again == CreatedClient(first.client, None)
    assert len(await events()) == 1


async def test_an_idempotency_key_with_other_input_is_a_conflict() -> None:
    await commit(create_client(SYSTEM, new_client(), idempotency_key="k1"))
    before = await state()

    with pytest.raises(IdempotencyMismatch) as caught:
        await commit(create_client(SYSTEM, new_client(name="Other"), idempotency_key="k1"))

    assert (caught.value.status, caught.value.field) == (409, ("idempotencyKey",))
    assert await state() == before


async def test_idempotency_keys_belong_to_their_caller() -> None:
    first = await commit(create_client(SYSTEM, new_client(), idempotency_key="k1"))
    admin = as_user(await make_admin())

    second = await commit(create_client(admin, new_client(), idempotency_key="k1"))

    assert second.client.id != first.client.id
    assert second.secret is not None


async def test_twenty_requests_at_once_with_one_key_make_one_client() -> None:
    made = await asyncio.gather(*(commit(create_client(SYSTEM, new_client(), idempotency_key="k1")) for _ in range(20)))

    assert len({created.client.id for created in made}) == 1
    assert len([created for created in made if created.secret is not None]) == 1
    assert await db.fetch_value("SELECT count(*) FROM clients_client") == 1


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_an_idempotency_key_is_bounded(key: str) -> None:
    with pytest.raises(IdempotencyKeyInvalid):
        await commit(create_client(SYSTEM, new_client(), idempotency_key=key))


async def test_only_who_may_creates_clients() -> None:
    plain = as_user(await make_user())
    for actor, error in (
        (ANONYMOUS, Unauthenticated),
        (plain, Forbidden),
        (Actor(ActorKind.CLIENT, "cli_x"), Forbidden),
    ):
        with pytest.raises(error):
            await commit(create_client(actor, new_client()))

    assert await state() == []
    assert await events() == []
    admin = as_user(await make_admin())
    assert (await commit(create_client(admin, new_client()))).client.owner_id == admin.id


async def test_a_client_that_was_rolled_back_is_not_remembered() -> None:
    with pytest.raises(RuntimeError, match="given up"):
        async with unit_of_work():
            created = await create_client(SYSTEM, new_client())
            assert await find_client(created.client.id) == created.client
            raise RuntimeError("given up")

    assert await find_client(created.client.id) is None


async def test_a_client_in_use_is_read_once() -> None:
    created = await make_created()
    assert created.secret is not None
    await find_client(created.client.id)
    await verify_client_secret(created.client.id, created.secret)

    with counted_statements() as statements:
        for _ in range(20):
            assert await find_client(created.client.id) is not None
            assert await verify_client_secret(created.client.id, created.secret)

    assert statements == []
