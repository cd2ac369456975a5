"""Config OP: the metadata document."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from app.kit.runtime import override
from tests.conformance.browser import Agent
from tests.conformance.support import METADATA, RelyingParty

PUBLIC = "https://id.example.com"
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")


def check_metadata(document: dict[str, Any]) -> None:
    """What OIDC Discovery §3 requires, or recommends, of a server that speaks the code flow."""
    assert document["issuer"] == PUBLIC
    assert "code" in document["response_types_supported"]
    assert "authorization_code" in document["grant_types_supported"]
    assert "public" in document["subject_types_supported"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert document["claims_parameter_supported"] is True
    assert {"sub", "iss", "name", "email"} <= set(document["claims_supported"])
    assert isinstance(document["request_parameter_supported"], bool)
    assert isinstance(document["request_uri_parameter_supported"], bool)
    assert "openid" in document["scopes_supported"]
    assert all(_SCOPE.fullmatch(scope) for scope in document["scopes_supported"])
    assert all(_LOCALE.fullmatch(locale) for locale in document["ui_locales_supported"])
    assert document["code_challenge_methods_supported"] == ["S256"]
    if "RS256" not in document.get("request_object_signing_alg_values_supported", ["RS256"]):
        raise AssertionError("who signs requests may use RS256")


def check_endpoints(document: dict[str, Any]) -> None:
    required = {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"}
    named = {name for name in document if name.endswith("_endpoint") or name == "jwks_uri"}
    assert required <= named
    for name in named:
        parts = urlsplit(document[name])
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "id.example.com", "", ""), name


async def check_keys(agent: Agent) -> None:
    """Every key is public, named once, and says what it is for."""
    keys = (await agent.client.get("/oauth2/jwks")).json()["keys"]
    assert keys
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["kty"] in {"RSA", "EC", "OKP"}
        assert key["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & set(key)


async def test_oidcc_discovery_endpoint_verification(rp: RelyingParty) -> None:
    with override(public_url=PUBLIC):
        answer = await rp.agent.client.get(METADATA)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    check_metadata(answer.json())
    check_endpoints(answer.json())
    await check_keys(rp.agent)
