"""Setting providers up: what is checked, who may, that secrets never come back, and trying one out."""

from __future__ import annotations

from typing import Any

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from app.kit.paging import PageRequest
from app.upstream.errors import ProviderInUse, ProviderNotFound, SlugTaken
from app.upstream.queries import insert_identity
from app.upstream.service import create_provider, delete_provider, examine_provider, list_providers, update_provider
from app.upstream.service.going import open_secret
from app.upstream.types import (
    Finding,
    NewProvider,
    Provider,
    ProviderChanges,
    ProviderFilter,
    ProviderKind,
    ProviderSort,
)
from tests.support import assert_needs, commit, make_user, read_audit, read_everything
from tests.upstream.provider import CLIENT_SECRET, Upstream, make_hub, make_provider


def new_provider(**fields: Any) -> NewProvider:
    values: dict[str, Any] = {
        "slug": "there", "name": "There", "kind": ProviderKind.OIDC, "client_id": "us",
        "issuer": "https://there.example", "client_secret": "secret",
    }  # fmt: skip
    return NewProvider(**{**values, **fields})


def new_hub() -> NewProvider:
    return new_provider(
        kind=ProviderKind.OAUTH2, issuer=None, claims={"sub": "id"},
        authorization_endpoint="https://hub.example/a", token_endpoint="https://hub.example/t",
        userinfo_endpoint="https://hub.example/u",
    )  # fmt: skip


async def link_somebody(provider: Provider) -> None:
    """Somebody came by the provider once."""
    user = await make_user("ada@example.com")
    assert await commit(insert_identity("lid_ada", provider.id, "1815", user.id, None)) is not None


async def problems_of(**fields: Any) -> set[tuple[str, ...]]:
    before = await read_everything()
    with pytest.raises(InputProblems) as caught:
        await commit(create_provider(SYSTEM, new_provider(**fields)))
    assert await read_everything() == before
    return {problem.field for problem in caught.value.problems}


async def test_a_provider_is_set_up_with_the_defaults_of_its_kind() -> None:
    provider = await commit(create_provider(SYSTEM, new_provider(name="  There ")))

    assert (provider.slug, provider.name, provider.kind, provider.is_enabled) == (
        "there",
        "There",
        ProviderKind.OIDC,
        True,
    )
    assert (provider.scopes, provider.token_endpoint_auth_method) == (
        ("openid", "profile", "email"),
        "client_secret_basic",
    )
    assert (provider.trusts_email, provider.can_sign_up, provider.has_secret) == (False, False, True)
    assert await open_secret(provider) == "secret"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"slug": ""}, {("slug",)}),
        ({"slug": "Not Small"}, {("slug",)}),
        ({"slug": "-there"}, {("slug",)}),
        ({"slug": "x" * 41}, {("slug",)}),
        ({"name": " "}, {("name",)}),
        ({"name": "a\nb"}, {("name",)}),
        ({"name": "x" * 81}, {("name",)}),
        ({"client_id": ""}, {("client_id",)}),
        ({"client_id": "a b"}, {("client_id",)}),
        ({"client_secret": "a b"}, {("client_secret",)}),
        ({"client_secret": None}, {("client_secret",)}),
        ({"issuer": None}, {("issuer",)}),
        ({"issuer": "http://there.example"}, {("issuer",)}),
        ({"issuer": "https://user@there.example"}, {("issuer",)}),
        ({"issuer": "https://there.example/?a=b"}, {("issuer",)}),
        ({"issuer": "https://there.example/#x"}, {("issuer",)}),
        ({"issuer": "ftp://there.example"}, {("issuer",)}),
        ({"issuer": "https://[there"}, {("issuer",)}),
        ({"userinfo_endpoint": "javascript:alert(1)"}, {("userinfo_endpoint",)}),
        ({"token_endpoint_auth_method": "private_key_jwt"}, {("token_endpoint_auth_method",)}),
        ({"scopes": ("profile",)}, {("scopes",)}),
        ({"scopes": ("openid", "openid")}, {("scopes",)}),
        ({"scopes": ("openid", "a b")}, {("scopes",)}),
        ({"claims": {"role": "admin"}}, {("claims",)}),
        ({"claims": {"sub": 7}}, {("claims",)}),
        ({"claims": {"sub": "a b"}}, {("claims",)}),
        ({"can_sign_up": True}, {("can_sign_up",)}),
        (
            {"kind": ProviderKind.OAUTH2},
            {("issuer",), ("authorization_endpoint",), ("token_endpoint",), ("userinfo_endpoint",)},
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_a_provider_is_named(fields: dict[str, Any], wrong: set[tuple[str, ...]]) -> None:
    assert await problems_of(**fields) == wrong


async def test_a_slug_is_given_once() -> None:
    await commit(create_provider(SYSTEM, new_provider()))

    with pytest.raises(SlugTaken):
        await commit(create_provider(SYSTEM, new_provider(name="Another")))


async def test_the_secret_is_sealed_never_told_and_kept_until_it_is_replaced() -> None:
    provider = await commit(create_provider(SYSTEM, new_provider(client_secret=CLIENT_SECRET)))
    renamed = await commit(update_provider(SYSTEM, provider.id, ProviderChanges(name="Renamed")))
    kept = await open_secret(renamed)
    await commit(update_provider(SYSTEM, provider.id, ProviderChanges(client_secret="another")))

    assert (kept, await open_secret(renamed)) == (CLIENT_SECRET, "another")
    everything = str(await read_everything()) + str([(event.before, event.after) for event in await read_audit()])
    assert CLIENT_SECRET not in everything
    assert "another" not in everything
    told = [(event.action, dict(event.before or {}), dict(event.after or {})) for event in await read_audit()]
    assert told[1] == ("identity_provider.updated", {"name": "There"}, {"name": "Renamed"})
    assert told[2] == ("identity_provider.updated", {}, {"client_secret_changed": True})


async def test_a_change_is_checked_with_the_rest_and_tells_only_what_differs() -> None:
    provider = await commit(create_provider(SYSTEM, new_provider()))
    count = len(await read_audit())

    same = await commit(update_provider(SYSTEM, provider.id, ProviderChanges(name="There", scopes=None)))
    with pytest.raises(InputProblems):
        await commit(update_provider(SYSTEM, provider.id, ProviderChanges(can_sign_up=True)))
    with pytest.raises(InputProblems):
        await commit(update_provider(SYSTEM, provider.id, ProviderChanges(client_secret=None)))
    public = await commit(
        update_provider(
            SYSTEM,
            provider.id,
            ProviderChanges(client_secret=None, token_endpoint_auth_method="none", trusts_email=True),
        )
    )

    assert same == provider
    assert len(await read_audit()) == count + 1
    assert (public.has_secret, public.trusts_email, public.token_endpoint_auth_method) == (False, True, "none")


async def test_four_callers_of_each_use_case() -> None:
    provider = await commit(create_provider(SYSTEM, new_provider()))
    page, sort = PageRequest(first=10), ProviderSort.NAME_ASC
    changes = ProviderChanges(name="Renamed")

    await assert_needs("platform.manage_platform", lambda actor: list_providers(actor, ProviderFilter(), sort, page))
    await assert_needs("platform.manage_platform", lambda actor: examine_provider(actor, provider.id))
    await assert_needs("platform.manage_platform", lambda actor: create_provider(actor, new_provider(slug="other")))
    await assert_needs("platform.manage_platform", lambda actor: update_provider(actor, provider.id, changes))
    await assert_needs("platform.manage_platform", lambda actor: delete_provider(actor, provider.id))


@pytest.mark.parametrize("call", [delete_provider, examine_provider])
async def test_what_is_not_there_is_said(call: Any) -> None:
    with pytest.raises(ProviderNotFound):
        await commit(call(SYSTEM, "idp_none"))


async def test_trying_a_provider_tells_what_is_well_and_what_is_not(upstream: Upstream) -> None:
    provider, hub = await make_provider(upstream), await make_hub(upstream)
    nowhere = await make_provider(upstream, slug="nowhere", issuer="https://127.0.0.1:1")

    well = await examine_provider(SYSTEM, provider.id)
    upstream.metadata = {"issuer": "https://evil.example"}
    wrong = await examine_provider(SYSTEM, provider.id)

    assert well == [Finding("discovery", None), Finding("keys", None)]
    assert wrong == [Finding("discovery", "discovery: issuer is https://evil.example")]
    assert await examine_provider(SYSTEM, hub.id) == [Finding("endpoints", None)]
    (refused,) = await examine_provider(SYSTEM, nowhere.id)
    assert refused.problem == "https://127.0.0.1:1/.well-known/openid-configuration: http_address_refused"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (ProviderChanges(issuer="https://other.example", client_secret="new"), "issuer"),
        (ProviderChanges(claims={"sub": "preferred_username"}), "claims"),
    ],
    ids=["issuer", "subject"],
)
async def test_who_is_linked_stays_who_they_are(upstream: Upstream, changes: ProviderChanges, field: str) -> None:
    provider = await make_provider(upstream)
    await link_somebody(provider)
    before = await read_everything()

    with pytest.raises(ProviderInUse) as caught:
        await commit(update_provider(SYSTEM, provider.id, changes))

    assert (caught.value.code, caught.value.field) == ("upstream_provider_in_use", (field,))
    assert await read_everything() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        (ProviderChanges(authorization_endpoint="https://evil.example/a"), "authorization_endpoint"),
        (ProviderChanges(token_endpoint="https://evil.example/t", client_secret="new"), "token_endpoint"),
        (ProviderChanges(userinfo_endpoint="https://evil.example/u"), "userinfo_endpoint"),
        (ProviderChanges(userinfo_endpoint="https://hub.example/users/boss"), "userinfo_endpoint"),
        (ProviderChanges(emails_endpoint="https://evil.example/e"), "emails_endpoint"),
        (ProviderChanges(emails_endpoint="https://hub.example:8443/e"), "emails_endpoint"),
        (ProviderChanges(claims={"sub": "login"}), "claims"),
    ],
    ids=["authorization", "token", "user", "another user", "addresses", "another port", "subject"],
)
async def test_who_is_linked_by_a_service_without_discovery_stays_who_they_are(
    changes: ProviderChanges, field: str
) -> None:
    provider = await commit(create_provider(SYSTEM, new_hub()))
    await link_somebody(provider)
    before = await read_everything()

    with pytest.raises(ProviderInUse) as caught:
        await commit(update_provider(SYSTEM, provider.id, changes))

    assert caught.value.field == (field,)
    assert await read_everything() == before


async def test_what_moves_nobody_can_be_changed_also_where_people_are_linked() -> None:
    provider = await commit(create_provider(SYSTEM, new_hub()))
    await link_somebody(provider)
    changes = ProviderChanges(
        name="Renamed", emails_endpoint="https://hub.example/e", claims={"sub": "id", "name": "login"}
    )

    after = await commit(update_provider(SYSTEM, provider.id, changes))

    assert (after.name, after.emails_endpoint, after.claims) == (
        "Renamed",
        "https://hub.example/e",
        {"sub": "id", "name": "login"},
    )


@pytest.mark.parametrize(
    "moved",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "https://evil.example/token"}],
    ids=["issuer", "token endpoint"],
)
async def test_a_stored_secret_is_sent_nowhere_else(moved: dict[str, str]) -> None:
    provider = await commit(create_provider(SYSTEM, new_provider(client_secret=CLIENT_SECRET)))
    before = await read_everything()

    with pytest.raises(InputProblems) as caught:
        await commit(update_provider(SYSTEM, provider.id, ProviderChanges(**moved)))  # type: ignore[arg-type]

    assert [problem.field for problem in caught.value.problems] == [("client_secret",)]
    assert await read_everything() == before
    after = await commit(
        update_provider(SYSTEM, provider.id, ProviderChanges(client_secret="of-there", **moved))  # type: ignore[arg-type]
    )
    assert await open_secret(after) == "of-there"


async def test_a_provider_without_a_secret_can_be_moved_while_nobody_is_linked() -> None:
    public = await commit(create_provider(SYSTEM, new_provider(client_secret=None, token_endpoint_auth_method="none")))

    after = await commit(update_provider(SYSTEM, public.id, ProviderChanges(issuer="https://new.example")))

    assert after.issuer == "https://new.example"


async def test_deleting_a_provider_is_told_without_its_secret() -> None:
    provider = await commit(create_provider(SYSTEM, new_provider(client_secret=CLIENT_SECRET)))

    await commit(delete_provider(SYSTEM, provider.id))

    event = (await read_audit())[-1]
    assert (event.action, event.target_id) == ("identity_provider.deleted", provider.id)
    assert CLIENT_SECRET not in str(event.before)
    assert await db.fetch_value("SELECT count(*) FROM upstream_provider") == 0
