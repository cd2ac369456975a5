"""Signing keys in the API."""

from __future__ import annotations

from datetime import timedelta

from app.kit import clock
from app.signing.service import ensure_keys, forget_keys
from tests.graph.support import read
from tests.support import as_user, commit, make_admin

KEYS = "{ signingKeys { id kid alg status ageSeconds publicJwk createdAt activatesAt retiresAt removesAt } }"


async def test_keys_are_shown_without_their_private_half() -> None:
    forget_keys()
    admin = as_user(await make_admin())

    with clock.frozen() as time:
        await commit(ensure_keys())
        time.advance(timedelta(minutes=2, microseconds=1))
        keys = (await read(KEYS, actor=admin))["signingKeys"]

    assert {key["alg"] for key in keys} == {"RS256", "ES256", "EdDSA"}
    assert {(key["status"], key["ageSeconds"]) for key in keys} == {("ACTIVE", 120)}
    for key in keys:
        assert key["publicJwk"]["kid"] == key["kid"]
        assert not key["publicJwk"].keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}
        assert key["createdAt"] <= key["activatesAt"] < key["retiresAt"] < key["removesAt"]
