"""Auther's own API as a protected resource (RFC 9728), and metadata of an issuer that has a path (RFC 8414 §3.1)."""

from __future__ import annotations

import httpx
import pytest

from app.kit.runtime import override
from app.oidc.live import rest as live_rest
from app.oidc.own_resource import GRAPHQL, PATHS, WELL_KNOWN, is_own_resource, point_to_metadata
from tests.oidc.machines import make_machine
from tests.support import ISSUER

CHECK = "/api/auth/check-permission"


async def test_rfc9728_2_the_api_says_who_gives_tokens_for_it(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(WELL_KNOWN)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.json() == {
        "resource": ISSUER,
        "authorization_servers": [ISSUER],
        "scopes_supported": ["auther:api"],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": ["ES256", "PS256", "EdDSA", "Ed25519"],
        "resource_name": "Auther",
    }
    assert (await browser.get(WELL_KNOWN, headers={"if-none-match": answer.headers["etag"]})).status_code == 304


@pytest.mark.parametrize("path", PATHS)
async def test_rfc9728_3_3_each_endpoint_has_metadata_that_names_it(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(f"{WELL_KNOWN}{path}")).json()["resource"] == f"{ISSUER}{path}"


def test_every_endpoint_of_the_live_check_is_a_resource() -> None:
    assert {GRAPHQL, *(path for _, path in live_rest.exact)} == set(PATHS)


@pytest.mark.parametrize("path", ["/nothing", "/graphql/more", "/oauth2/token", "//graphql", "/../graphql"])
async def test_other_paths_have_none(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(httpx.URL(f"{ISSUER}{WELL_KNOWN}").copy_with(path=WELL_KNOWN + path))).status_code == 404


@pytest.mark.parametrize("shown", [None, "nonsense", "ak_live_nonsense"])
async def test_rfc9728_5_1_a_refusal_of_the_live_check_points_to_the_metadata(
    browser: httpx.AsyncClient, shown: str | None
) -> None:
    headers = {"authorization": f"Bearer {shown}"} if shown else {}

    answer = await browser.post(CHECK, json={}, headers=headers)

    assert answer.status_code == 401
    pointer = f'resource_metadata="{ISSUER}{WELL_KNOWN}{CHECK}"'
    assert answer.headers["www-authenticate"].startswith(f'Bearer {pointer}, realm="auther"')


async def test_rfc9728_5_1_a_refusal_of_graphql_points_to_the_metadata(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(
        "/graphql", json={"query": "{ viewer { id } }"}, headers={"authorization": "Bearer nonsense"}
    )

    pointer = f'resource_metadata="{ISSUER}{WELL_KNOWN}/graphql"'
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == f'Bearer {pointer}, error="invalid_token"'


async def test_each_scheme_of_a_challenge_points_there_and_no_words_of_it_do() -> None:
    challenge = 'Bearer realm="auther", error_description="Send, Bearer or so", DPoP realm="auther", algs="ES256"'

    pointed = point_to_metadata(challenge, "/graphql")

    pointer = f'resource_metadata="{ISSUER}{WELL_KNOWN}/graphql", '
    assert pointed == (
        f'Bearer {pointer}realm="auther", error_description="Send, Bearer or so", DPoP {pointer}realm="auther",'
        ' algs="ES256"'
    )


@pytest.mark.parametrize(
    ("uri", "is_own"),
    [
        (ISSUER, True),
        (f"{ISSUER}/", True),
        (f"{ISSUER}/graphql", True),
        (f"{ISSUER}{CHECK}", True),
        (f"{ISSUER}/other", False),
        (f"{ISSUER}.evil.example/graphql", False),
        ("https://other.example/graphql", False),
    ],
)
async def test_which_uris_name_auther(uri: str, is_own: bool) -> None:
    assert is_own_resource(uri) is is_own


async def test_rfc8707_2_a_token_for_one_of_the_endpoints_is_one_for_auther(browser: httpx.AsyncClient) -> None:
    machine = await make_machine(browser)

    answer = await machine.post("/oauth2/token", {"grant_type": "client_credentials", "resource": f"{ISSUER}/graphql"})
    refused = await machine.post("/oauth2/token", {"grant_type": "client_credentials", "resource": f"{ISSUER}/other"})

    assert answer.status_code == 200
    assert refused.json()["error"] == "invalid_target"


async def test_rfc8414_3_1_metadata_of_an_issuer_with_a_path(browser: httpx.AsyncClient) -> None:
    issuer = "https://id.example.com/auth"
    with override(public_url=issuer):
        found = {
            path: (await browser.get(path))
            for path in (
                "/.well-known/oauth-authorization-server/auth",
                "/.well-known/openid-configuration/auth",
                "/.well-known/oauth-protected-resource/auth",
                "/.well-known/oauth-protected-resource/auth/graphql",
            )
        }
        other = await browser.get("/.well-known/oauth-authorization-server/other")
        pointed = point_to_metadata('Bearer realm="auther"', "/graphql")

    assert [answer.status_code for answer in found.values()] == [200] * 4
    authorization, discovery, root, graphql = (answer.json() for answer in found.values())
    assert authorization["issuer"] == discovery["issuer"] == root["resource"] == issuer
    assert graphql["resource"] == f"{issuer}/graphql"
    assert other.status_code == 404
    assert f'"{issuer[:22]}/.well-known/oauth-protected-resource/auth/graphql"' in pointed


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
async def test_an_issuer_without_a_path_has_metadata_at_no_other(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/.well-known/{name}/auth")).status_code == 404
    assert (await browser.get(f"/.well-known/{name}/")).status_code == 404
