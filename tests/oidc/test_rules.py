"""Pure rules of the protocol."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.crypto import b64url
from app.oidc.claims import parse_claims
from app.oidc.errors import MalformedRequest
from app.oidc.params import parse_params
from app.oidc.reply import ReplyAddress, ResponseMode
from app.oidc.rules import end_of_grant, may_refresh, narrow_scope, proves_challenge, reply_url, split_scope
from app.oidc.tokens import half_hash
from app.oidc.types import RequestedClaims
from tests.oidc.support import CHALLENGE, VERIFIER


def test_rfc7636_appendix_b() -> None:
    assert proves_challenge(VERIFIER, CHALLENGE)
    assert not proves_challenge(VERIFIER[:-1] + "A", CHALLENGE)


@pytest.mark.parametrize("length", [42, 129])
def test_rfc7636_4_1_a_verifier_has_43_to_128_characters(length: int) -> None:

    verifier = "a" * length
    assert not proves_challenge(verifier, b64url(sha256(verifier.encode()).digest()))


def test_oidc_core_3_1_3_6_at_hash_of_a_known_token() -> None:
    # The access token and hash of OpenID Connect Core, appendix A.3.
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"

    assert half_hash(token, "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("openid", ("openid",)),
        ("openid email openid", ("openid", "email")),
        ("", None),
        ("openid  email", None),
        (" openid", None),
        ("op\ten", None),
        ('a"b', None),
        ("a\\b", None),
        ("é", None),
        (" ".join(f"s{n}" for n in range(65)), None),
    ],
)
def test_rfc6749_3_3_scope_syntax(text: str, words: tuple[str, ...] | None) -> None:
    assert split_scope(text) == words


def test_scopes_keep_the_asked_order() -> None:
    assert narrow_scope(("b", "x", "a"), ("a", "b", "c")) == ("b", "a")


@pytest.mark.parametrize(
    ("scope", "grants", "is_first_party", "expected"),
    [
        (("openid",), ("refresh_token",), True, True),
        (("openid",), ("refresh_token",), False, False),
        (("offline_access",), ("refresh_token",), False, True),
        (("offline_access",), ("authorization_code",), True, False),
    ],
)
def test_who_gets_a_refresh_token(
    scope: tuple[str, ...], grants: tuple[str, ...], is_first_party: bool, expected: bool
) -> None:
    assert may_refresh(scope, grants, is_first_party=is_first_party) is expected


def test_only_offline_access_outlives_the_session() -> None:
    start = datetime(2026, 11, 23, tzinfo=UTC)
    ends = {"created_at": start, "refresh_ttl": timedelta(days=90), "session_ends_at": start + timedelta(days=14)}

    assert end_of_grant(("openid",), **ends) == start + timedelta(days=14)  # type: ignore[arg-type]
    assert end_of_grant(("offline_access",), **ends) == start + timedelta(days=90)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("uri", "mode", "expected"),
    [
        ("https://a.example/cb", "query", "https://a.example/cb?code=x%26y"),
        ("https://a.example/cb?t=1", "query", "https://a.example/cb?t=1&code=x%26y"),
        ("https://a.example/cb", "fragment", "https://a.example/cb#code=x%26y"),
        ("com.example.app:/cb", "query", "com.example.app:/cb?code=x%26y"),
        ("com.example.app:///cb", "query", "com.example.app:///cb?code=x%26y"),
    ],
)
def test_the_address_of_an_answer(uri: str, mode: str, expected: str) -> None:
    assert reply_url(ReplyAddress(uri, ResponseMode(mode), None), {"code": "x&y"}) == expected


def test_a_claims_request() -> None:
    request = parse_claims(
        '{"userinfo": {"email": null, "name": {"essential": true}, "x": null},'
        ' "id_token": {"acr": {"essential": true, "values": ["mfa", 1]}, "sub": {"value": "usr_1"}, "picture": {}}}'
    )

    assert request is not None
    assert request.names == RequestedClaims(id_token=("picture",), userinfo=("email", "name"))
    assert request.subject == "usr_1"
    assert request.acr_values == ("mfa",)


@pytest.mark.parametrize("text", ["", "1", "null", "[]", '{"id_token": []}', '{"userinfo": {"a": "b"}}', "[" * 4_000])
def test_what_is_no_claims_request(text: str) -> None:
    assert parse_claims(text) is None


@given(st.text())
def test_any_claims_parameter_is_read_or_refused(text: str) -> None:
    parse_claims(text)


@given(st.binary(max_size=300))
def test_any_query_is_read_or_refused(raw: bytes) -> None:
    with suppress(MalformedRequest):
        assert "\0" not in "".join(parse_params(raw).values.values())
