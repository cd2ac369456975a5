"""What is never stored: secrets, by the name of their key or by their looks."""

from __future__ import annotations

from typing import Any

import pytest

from app.api_keys.rules.form import make_text
from app.events.rules import MAX_DEPTH, MAX_ITEMS, MAX_TEXT_CHARS, REDACTED, names_a_secret, redact
from app.kit.crypto import new_token
from app.kit.ids import new_id
from tests.events.support import DoorOpened, audit_rows, outbox_rows, tell


@pytest.mark.parametrize(
    "key",
    [
        "password", "newPassword", "password_hash", "passphrase", "client_secret", "clientSecret", "secret", "token",
        "access_token", "refreshToken", "api_key", "apikey", "apiKey", "Authorization", "cookie", "set-cookie",
        "private_key", "code_verifier", "otp", "recovery_codes", "client_assertion", "salt",
    ],
)  # fmt: skip
def test_key_that_names_a_secret_hides_its_value(key: str) -> None:
    assert redact({key: "hunter2", "list": [{key: ["a", "b"]}]}) == {key: REDACTED, "list": [{key: REDACTED}]}


@pytest.mark.parametrize(
    "key",
    [
        "name", "email", "access_token_ttl", "accessTokenTtlSeconds", "token_endpoint_auth_method", "secret_hint",
        "password_changed_at", "id_token_signed_response_alg", "token_type", "authorization_url", "credential_id",
    ],
)  # fmt: skip
def test_key_that_speaks_about_a_secret_shows_its_value(key: str) -> None:
    assert not names_a_secret(key)
    assert redact({key: "value"}) == {key: "value"}


@pytest.mark.parametrize(
    "secret",
    [
        new_token("asec"),
        new_token("ses"),
        make_text("live", new_id("key"), bytes(range(32))),
        "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\nMIIEvg\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEvg",
        "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA",
        "$2b$12$abcdefghijklmnopqrstuv",
    ],
    ids=["client secret", "session token", "API key", "JWT", "private key", "RSA key", "argon2", "bcrypt"],
)
def test_value_that_looks_like_a_secret_is_replaced_wherever_it_stands(secret: str) -> None:
    stored = redact({"note": f"see {secret} there", "deep": {"list": [secret]}})

    assert secret not in str(stored)
    assert stored["note"] == f"see {REDACTED} there" or secret.endswith("MIIEvg")


def test_ids_and_ordinary_text_stay() -> None:
    values: dict[str, Any] = {
        "id": "usr_01jq3zv4m9x8k2t7r5w1n6b3c9",
        "text": "a_b c.d.e 10 $ -- ü",
        "none": None,
        "number": 1.5,
        "yes": True,
        "token": None,
        "set": {"b", "a"},
    }

    assert redact(values) == {**values, "set": ["a", "b"]}


def test_everything_is_bounded() -> None:
    nested: dict[str, Any] = {"leaf": 1}
    for _ in range(50):
        nested = {"in": nested}

    stored = redact({"nested": nested, "text": "x" * 100_000, "list": list(range(10_000)), "bytes": b"raw"})

    assert str(stored["nested"]).count("in") == MAX_DEPTH
    assert len(str(stored["text"])) == MAX_TEXT_CHARS
    assert stored["list"] == list(range(MAX_ITEMS))
    assert stored["bytes"] == REDACTED


async def test_secrets_reach_neither_trail_nor_outbox() -> None:
    secret = new_token("asec")
    await tell(
        DoorOpened(
            target_id="door_1",
            before={"client_secret": "hunter2"},
            after={"note": secret},
            reason=f"said {secret}",
            snapshot={"password": "hunter2", "note": secret},
        )
    )

    stored = str(await audit_rows()) + str(await outbox_rows())
    assert secret not in stored
    assert "hunter2" not in stored
    assert stored.count(REDACTED) == 5
