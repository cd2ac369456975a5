"""Ada, her browser, and the keys of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from app.users.types import User
from tests.conformance.browser import Agent
from tests.conformance.publishing import Publisher
from tests.conformance.support import RelyingParty, make_relying_party
from tests.login.support import make_person
from tests.oidc.conftest import keys

__all__ = ["keys"]


@pytest.fixture
async def agent(app: Starlette, database: None) -> AsyncIterator[Agent]:
    one = Agent(app)
    yield one
    await one.client.aclose()


@pytest.fixture
async def ada(keys: None) -> User:
    return await make_person(picture="https://img.example.com/ada.png", locale="en", zoneinfo="Europe/London")


@pytest.fixture
async def rp(agent: Agent, ada: User) -> RelyingParty:
    return await make_relying_party(agent)


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with Publisher().serving() as publisher:
        yield publisher
