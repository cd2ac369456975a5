"""The real schema: what Tortoise leaves out is there."""

from __future__ import annotations

import asyncpg
import httpx
import pytest

from app.kit import clock, db
from tests.oidc.machines import Machine, make_machine

_CONSTRAINTS = "SELECT conname FROM pg_constraint WHERE conrelid = 'oidc_device'::regclass AND contype = 'c'"
_UNIQUE = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = 'oidc_device'::regclass AND i.indisunique
"""
_INSERT = """
INSERT INTO oidc_device (id, device_hash, user_code_hash, client_id, scope, created_at, expires_at, interval_seconds,
                         is_allowed, grant_id)
VALUES ('dev_1', $1, $2, $3, 'openid', $4, $4, 5, $5, $6)
"""


@pytest.fixture
async def machine(browser: httpx.AsyncClient) -> Machine:
    return await make_machine(browser)


async def test_devices_have_their_constraints() -> None:
    assert {row["conname"] for row in await db.fetch(_CONSTRAINTS)} == {
        "oidc_device_hash_check",
        "oidc_device_allowed_check",
        "oidc_device_grant_check",
    }
    assert {"oidc_device_hash_key", "oidc_device_user_code_key"} <= {row["relname"] for row in await db.fetch(_UNIQUE)}


@pytest.mark.parametrize(
    ("device_hash", "is_allowed", "grant_id"),
    [(b"short", None, None), (b"h" * 32, True, None), (b"h" * 32, None, "fam_1"), (b"h" * 32, False, "fam_1")],
)
async def test_no_device_is_let_in_by_nobody(
    machine: Machine, device_hash: bytes, is_allowed: bool | None, grant_id: str | None
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await db.execute(_INSERT, device_hash, b"u" * 32, machine.client.id, clock.now(), is_allowed, grant_id)

    assert await db.fetch_value("SELECT count(*) FROM oidc_device") == 0
