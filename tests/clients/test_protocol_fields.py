"""How the protocol is spoken with a client: what may be set, and what does not fit together."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.clients.service import create_client, find_client, update_client
from app.clients.types import ClientChanges
from app.kit.actor import SYSTEM
from app.kit.errors import InputProblems
from tests.clients.sectors import publishing
from tests.clients.support import make_client, new_client, state
from tests.support import commit

KEYS = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
SET: dict[str, Any] = {
    "jwks": KEYS,
    "subject_type": "pairwise",
    "userinfo_signed_response_alg": "ES256",
    "introspection_signed_response_alg": "RS256",
    "request_object_signing_alg": "EdDSA",
    "require_signed_request_object": True,
    "require_pushed_authorization_requests": True,
    "dpop_bound_access_tokens": True,
    "default_max_age": 3_600,
    "default_acr_values": ("mfa",),
    "initiate_login_uri": "https://app.example/login",
    "backchannel_logout_uri": "https://app.example/backchannel",
    "backchannel_logout_session_required": True,
    "frontchannel_logout_uri": "https://app.example/frontchannel",
    "frontchannel_logout_session_required": True,
    "software_id": "com.example.app",
    "software_version": "2.4.1",
}
CALLBACKS = ("https://app.example/cb",)


async def problems_of(**fields: Any) -> set[tuple[str, ...]]:
    with pytest.raises(InputProblems) as caught:
        await commit(create_client(SYSTEM, new_client(**{"redirect_uris": CALLBACKS, **fields})))
    assert await state() == []
    return {problem.field for problem in caught.value.problems}


async def test_every_field_is_kept_as_given() -> None:
    async with publishing() as publisher:
        publisher.body = orjson.dumps(CALLBACKS)
        given = {**SET, "sector_identifier_uri": publisher.uri}

        made = await commit(create_client(SYSTEM, new_client(redirect_uris=CALLBACKS, **given)))

    stored = await find_client(made.client.id)
    assert stored is not None
    assert {name: getattr(stored, name) for name in given if name != "jwks"} == {
        name: value for name, value in given.items() if name != "jwks"
    }


async def test_a_client_that_says_nothing_is_spoken_with_plainly() -> None:
    client = await make_client()

    assert (client.subject_type, client.sector_identifier_uri, client.default_acr_values) == ("public", None, ())
    assert not any(getattr(client, name) for name in SET if name not in {"jwks", "subject_type", "default_acr_values"})


async def test_null_clears_what_can_be_absent() -> None:
    made = await commit(create_client(SYSTEM, new_client(redirect_uris=CALLBACKS, **SET)))
    cleared = ClientChanges(
        default_max_age=None, initiate_login_uri=None, userinfo_signed_response_alg=None, software_id=None
    )

    changed = await commit(update_client(SYSTEM, made.client.id, cleared))

    assert (changed.default_max_age, changed.initiate_login_uri) == (None, None)
    assert (changed.userinfo_signed_response_alg, changed.software_id) == (None, None)
    assert changed.software_version == "2.4.1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("subject_type", "private"),
        ("sector_identifier_uri", "http://app.example/redirects.json"),
        ("userinfo_signed_response_alg", "HS256"),
        ("introspection_signed_response_alg", "none"),
        ("request_object_signing_alg", "HS256"),
        ("require_signed_request_object", None),
        ("require_pushed_authorization_requests", None),
        ("dpop_bound_access_tokens", "yes"),
        ("default_max_age", -1),
        ("default_max_age", 31_536_001),
        ("default_max_age", True),
        ("initiate_login_uri", "javascript:alert(1)"),
        ("backchannel_logout_uri", "https://app.example/out#here"),
        ("frontchannel_logout_uri", "https://user@app.example/out"),
        ("software_id", ""),
        ("software_id", "x" * 201),
        ("software_version", "a\nb"),
    ],
)
async def test_what_a_field_cannot_be_is_refused(name: str, value: object) -> None:
    assert (name,) in await problems_of(**{name: value})


async def test_context_classes_are_words_and_few() -> None:
    assert await problems_of(default_acr_values=("mfa", "two words")) == {("default_acr_values", "1")}
    assert await problems_of(default_acr_values=tuple(map(str, range(11)))) == {("default_acr_values",)}


async def test_signed_requests_need_public_keys() -> None:
    assert await problems_of(require_signed_request_object=True) == {("jwks",)}


async def test_pairwise_ids_for_several_hosts_need_a_sector() -> None:
    hosts = ("https://one.example/cb", "https://two.example/cb")
    same = ("https://one.example/cb", "https://one.example:8443/other")

    assert await problems_of(subject_type="pairwise", redirect_uris=hosts) == {("sector_identifier_uri",)}
    assert (await make_client(subject_type="pairwise", redirect_uris=same)).subject_type == "pairwise"


@pytest.mark.parametrize(
    "address", ["https://other.example/out", "https://app.example:8443/out", "http://localhost/out"]
)
async def test_the_page_of_frontchannel_logout_is_on_an_origin_of_the_client(address: str) -> None:
    assert await problems_of(frontchannel_logout_uri=address) == {("frontchannel_logout_uri",)}


@pytest.mark.parametrize("channel", ["backchannel", "frontchannel"])
async def test_a_session_is_named_only_where_an_address_is(channel: str) -> None:
    assert await problems_of(**{f"{channel}_logout_session_required": True}) == {(f"{channel}_logout_uri",)}
