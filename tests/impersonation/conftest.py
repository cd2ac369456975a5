"""An operator, a user, and another browser."""

from __future__ import annotations

import pytest

from app.users.types import User
from tests.graph.conftest import live as live
from tests.impersonation.support import Desk, make_desk
from tests.login.conftest import stranger as stranger
from tests.login.conftest import visitor as visitor
from tests.login.support import Visitor, make_person


@pytest.fixture
async def desk(visitor: Visitor) -> Desk:
    return await make_desk(visitor)


@pytest.fixture
async def user(database: None) -> User:
    return await make_person("jane@example.com", name="Jane Doe")
