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


ROTATE = """mutation ($alg: String) { signingKeysRotate(input: {alg: $alg}) {
    signingKeys { id alg status } errors { code field } } }"""
WITHDRAW = """mutation ($id: ID!) { signingKeyWithdraw(input: {id: $id}) {
    signingKey { id status } errors { code field } } }"""


async def test_a_rotation_publishes_a_successor_once() -> None:
    forget_keys()
    admin = as_user(await make_admin())
    await commit(ensure_keys())

    first = (await read(ROTATE, {"alg": "ES256"}, actor=admin))["signingKeysRotate"]
    again = (await read(ROTATE, {"alg": "ES256"}, actor=admin))["signingKeysRotate"]
    other = (await read(ROTATE, {"alg": "HS256"}, actor=admin))["signingKeysRotate"]

    shown = [(key["alg"], key["status"]) for key in first["signingKeys"] if key["alg"] == "ES256"]
    assert sorted(shown) == [("ES256", "ACTIVE"), ("ES256", "PENDING")]
    assert len(first["signingKeys"]) == 4
    assert again == first
    assert other == {"signingKeys": None, "errors": [{"code": "INVALID", "field": ["alg"]}]}


async def test_without_an_algorithm_all_keys_get_a_successor() -> None:
    forget_keys()
    admin = as_user(await make_admin())
    await commit(ensure_keys())

    keys = (await read(ROTATE, actor=admin))["signingKeysRotate"]["signingKeys"]

    assert sorted(key["alg"] for key in keys if key["status"] == "PENDING") == ["ES256", "EdDSA", "RS256"]


async def test_a_withdrawn_key_is_shown_as_such_and_another_one_signs() -> None:
    forget_keys()
    admin = as_user(await make_admin())
    await commit(ensure_keys())
    keys = (await read(KEYS, actor=admin))["signingKeys"]
    key_id = next(key["id"] for key in keys if key["alg"] == "ES256")

    answer = (await read(WITHDRAW, {"id": key_id}, actor=admin))["signingKeyWithdraw"]
    after = (await read(KEYS, actor=admin))["signingKeys"]
    unknown = (await read(WITHDRAW, {"id": "sk_unknown"}, actor=admin))["signingKeyWithdraw"]

    assert answer == {"signingKey": {"id": key_id, "status": "WITHDRAWN"}, "errors": []}
    assert [key["status"] for key in after if key["alg"] == "ES256" and key["id"] != key_id] == ["ACTIVE"]
    assert unknown == {"signingKey": None, "errors": [{"code": "NOT_FOUND", "field": ["id"]}]}
