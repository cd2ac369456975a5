"""Callers of what needs several permissions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest

from app.kit.actor import ANONYMOUS, Actor
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from tests.support import as_user, commit, deciding, read_everything


async def assert_needs_all(
    permissions: Sequence[str], missing: str, call: Callable[[Actor], Awaitable[object]]
) -> None:  # fmt: skip
    """Anonymous, a plain user and an admin who lacks one of the permissions are refused; nothing happens."""
    before = await read_everything()

    with deciding(usr_lacking=ALL_PERMISSIONS - {missing}):
        with pytest.raises(Unauthenticated):
            await commit(call(ANONYMOUS))
        with pytest.raises(Forbidden) as plain:
            await commit(call(as_user("usr_plain")))
        with pytest.raises(Forbidden) as lacking:
            await commit(call(as_user("usr_lacking")))

    assert (plain.value.detail, lacking.value.detail) == (permissions[0], missing)
    assert await read_everything() == before
