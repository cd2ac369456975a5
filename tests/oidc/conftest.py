"""A person signed in, and applications of several kinds."""

from __future__ import annotations

import httpx
import pytest

from app.clients.service import forget_clients
from app.clients.types import ClientKind
from app.kit import db
from app.kit.db import unit_of_work
from app.sessions.types import Session
from app.signing.service import ensure_keys, forget_keys
from app.users.types import User
from tests.oidc.support import Party, make_party, sign_in
from tests.support import make_user

_TABLE = "signing_key"
_DUMP = f"SELECT to_jsonb(k)::text FROM {_TABLE} k"
_LOAD = f"INSERT INTO {_TABLE} SELECT * FROM jsonb_populate_record(NULL::{_TABLE}, $1::jsonb)"
_made: list[str] = []


@pytest.fixture(autouse=True)
async def keys(database: None) -> None:
    """Keys to sign with, made once for all tests; nothing remembered from the test before."""
    forget_keys()
    forget_clients()
    for row in _made:
        await db.execute(_LOAD, row)
    async with unit_of_work():
        await ensure_keys()
    if not _made:
        _made.extend(row[0] for row in await db.fetch(_DUMP))


@pytest.fixture
async def user() -> User:
    return await make_user(name="Ada Lovelace", username="ada")


@pytest.fixture
async def session(browser: httpx.AsyncClient, user: User) -> Session:
    """Ada, signed in."""
    return await sign_in(browser, user)


@pytest.fixture
async def party(browser: httpx.AsyncClient) -> Party:
    """A confidential web application of our own."""
    return await make_party(browser)


@pytest.fixture
async def third_party(browser: httpx.AsyncClient) -> Party:
    """A confidential web application of somebody else."""
    return await make_party(browser, is_first_party=False)


@pytest.fixture
async def public_party(browser: httpx.AsyncClient) -> Party:
    """A single-page application of our own: no secret."""
    return await make_party(browser, kind=ClientKind.SPA)
