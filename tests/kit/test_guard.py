"""The guard: four kinds of callers, one decision per request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from app.kit import runtime as kit_runtime
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden, Unauthenticated
from app.kit.guard import (
    ALL_PERMISSIONS,
    forget_permissions,
    guard,
    had_permission,
    has_permission,
    permissions_of,
    remembering,
    require_sign_in,
)
from tests.support import FixedDecider, as_user, deciding

ADMIN, PLAIN = as_user("usr_admin"), as_user("usr_plain")


@pytest.fixture
def decider() -> Iterator[FixedDecider]:
    with deciding(usr_admin={"users.create"}) as fixed:
        yield fixed


async def test_an_anonymous_caller_has_to_sign_in(decider: FixedDecider) -> None:
    with pytest.raises(Unauthenticated) as caught:
        await guard(ANONYMOUS, "users.create")

    assert caught.value.code == "kit_sign_in_required"
    assert decider.asked == []


@pytest.mark.parametrize(("actor", "permission"), [(PLAIN, "users.create"), (ADMIN, "users.delete")])
async def test_without_the_permission_the_caller_is_told_which_one_is_missing(
    decider: FixedDecider, actor: Actor, permission: str
) -> None:
    with pytest.raises(Forbidden) as caught:
        await guard(actor, permission)

    assert (caught.value.code, caught.value.detail) == ("kit_permission_missing", permission)
    assert permission in caught.value.message


async def test_with_the_permission_the_caller_passes(decider: FixedDecider) -> None:
    await guard(ADMIN, "users.create")

    assert decider.asked == [ADMIN]


async def test_the_system_may_do_everything_unasked(decider: FixedDecider) -> None:
    assert await permissions_of(SYSTEM) == ALL_PERMISSIONS
    assert decider.asked == []


async def test_a_permission_that_does_not_exist_is_a_mistake_of_ours(decider: FixedDecider) -> None:
    for actor in (ANONYMOUS, PLAIN, SYSTEM):
        with pytest.raises(LookupError, match=r"users\.creat$"):
            await has_permission(actor, "users.creat")


async def test_while_remembering_each_caller_is_looked_up_once(decider: FixedDecider) -> None:
    with remembering():
        for _ in range(3):
            assert await has_permission(ADMIN, "users.create")
            assert not await has_permission(PLAIN, "users.create")

    assert decider.asked == [ADMIN, PLAIN]


async def test_callers_that_differ_in_anything_are_looked_up_apart(decider: FixedDecider) -> None:
    through_an_app = Actor(ActorKind.USER, "usr_admin", client_id="cli_1", origin=ADMIN.origin)

    with remembering():
        await permissions_of(ADMIN)
        await permissions_of(through_an_app)

    assert decider.asked == [ADMIN, through_an_app]


async def test_nothing_is_remembered_past_the_block_or_without_one(decider: FixedDecider) -> None:
    with remembering():
        await permissions_of(ADMIN)
    await permissions_of(ADMIN)
    await permissions_of(ADMIN)

    assert decider.asked == [ADMIN] * 3


async def test_what_changed_in_between_is_asked_again(decider: FixedDecider) -> None:
    with remembering():
        assert await has_permission(ADMIN, "users.create")
        decider.held = {}
        forget_permissions()

        assert not await has_permission(ADMIN, "users.create")


async def test_forgetting_outside_of_a_request_is_harmless(decider: FixedDecider) -> None:
    forget_permissions()

    assert await has_permission(ADMIN, "users.create")


class LateDecider(FixedDecider):
    """Knows of a moment ago that nobody held anything but what it is given as `recent`."""

    recent: frozenset[str] = frozenset({"users.ban"})

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        return self.recent


async def test_what_was_held_a_moment_ago_is_told_and_not_remembered() -> None:
    before = kit_runtime.runtime()
    decider = LateDecider({"usr_admin": frozenset({"users.create"})})
    kit_runtime.bind_runtime(before.settings, decider)
    try:
        with remembering():
            had = [await had_permission(ADMIN, each) for each in ("users.ban", "users.create")]
            has = [await has_permission(ADMIN, each) for each in ("users.ban", "users.create")]
    finally:
        kit_runtime.bind_runtime(before.settings, before.decider)

    assert (had, has, decider.asked) == ([True, False], [False, True], [ADMIN])


async def test_nobody_had_anything_where_only_what_is_one_s_own_can_be_asked_for(decider: FixedDecider) -> None:
    at_the_public_listener = replace(ADMIN, is_account_level=True)

    held = [await had_permission(actor, "users.create") for actor in (ADMIN, at_the_public_listener, ANONYMOUS, SYSTEM)]

    assert held == [True, False, False, True]
    with pytest.raises(LookupError, match=r"users\.creat$"):
        await had_permission(SYSTEM, "users.creat")


async def test_a_decider_that_fails_opens_no_door() -> None:
    class Broken:
        async def permissions_of(self, actor: Actor) -> frozenset[str]:
            raise ConnectionError

        async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
            raise ConnectionError

        async def permissions_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
            raise ConnectionError

        async def reach_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
            raise ConnectionError

    before = kit_runtime.runtime()
    kit_runtime.bind_runtime(before.settings, Broken())
    try:
        with pytest.raises(ConnectionError):
            await guard(ADMIN, "users.create")
    finally:
        kit_runtime.bind_runtime(before.settings, before.decider)


async def test_without_a_decider_every_guard_denies() -> None:
    before = kit_runtime.runtime()
    kit_runtime.bind_runtime(before.settings)
    try:
        assert await permissions_of(ADMIN) == frozenset()
    finally:
        kit_runtime.bind_runtime(before.settings, before.decider)


def test_asking_for_a_sign_in_only() -> None:
    require_sign_in(PLAIN)
    with pytest.raises(Unauthenticated):
        require_sign_in(ANONYMOUS)
