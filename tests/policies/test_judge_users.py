"""Users are loaded for the versions that answer, and for no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.kit.errors import Unavailable
from app.policies.service import judge_many
from tests.policies.support import make_policy, question
from tests.threats.support import Outage

BANNED = {"usr_ada": {"id": "usr_ada", "attributes": {"banned": True}}}
NOT_BANNED = "return not (context.user and context.user.banned)"


class Directory:
    """Knows users, and what it was asked."""

    def __init__(self, users: Mapping[str, Mapping[str, object]]) -> None:
        self.users = users
        self.asked: list[list[str]] = []

    async def load(self, ids: Collection[str]) -> Mapping[str, Mapping[str, object]]:
        self.asked.append(list(ids))
        return {key: self.users[key] for key in ids if key in self.users}


async def test_a_version_that_is_saved_meanwhile_does_not_judge_without_the_user_whom_it_needs() -> None:
    await make_policy("return false")

    async def load(ids: Collection[str]) -> Mapping[str, Mapping[str, object]]:
        raise AssertionError("the version in force looks at no user")

    (before,) = await judge_many([question()], load)
    await make_policy("return context.user == nil and context.resource.amount == 0")

    async def save_meanwhile(ids: Collection[str]) -> Mapping[str, Mapping[str, object]]:
        await make_policy(NOT_BANNED)
        return {key: BANNED[key] for key in ids}

    (during,) = await judge_many([question()], save_meanwhile)
    (after,) = await judge_many([question()], Directory(BANNED).load)

    assert [(each.value, each.version) for each in (before, during, after)] == [(False, 1), (False, 2), (False, 3)]


async def test_they_are_asked_for_once_and_only_where_a_policy_may_look_at_them() -> None:
    await make_policy(NOT_BANNED, name="personal")
    await make_policy("return true", name="plain")
    directory = Directory(BANNED)
    given = {"id": "usr_eve", "attributes": {}}

    verdicts = await judge_many(
        [
            question("personal"),
            question("personal", resource={"amount": 11}),
            question("personal", subject=("user", "usr_bob")),
            question("personal", subject=("user", "usr_eve"), user=given),
            question("personal", subject=("user", "*")),
            question("personal", subject=("user", "usr_a#manager")),
            question("personal", subject=("client", "cli_a")),
            question("plain", subject=("user", "usr_carl")),
            question("missing", subject=("user", "usr_dora")),
        ],
        directory.load,
    )

    assert directory.asked == [["usr_ada", "usr_bob"]]
    assert [each.value for each in verdicts] == [False, False, True, True, True, True, True, True, None]


async def test_where_they_cannot_be_loaded_only_who_needs_them_is_undecided() -> None:
    await make_policy(NOT_BANNED, name="personal")
    await make_policy("return true", name="plain")

    async def fail(ids: Collection[str]) -> Mapping[str, Mapping[str, object]]:
        raise Unavailable("kit_database_unavailable", "The database is away.")

    verdicts = await judge_many(
        [question("personal"), question("plain"), question("personal", subject=("client", "cli_a"))], fail
    )

    assert [(each.value, each.version, each.problem and each.problem.code) for each in verdicts] == [
        (None, 1, "kit_database_unavailable"),
        (True, 1, None),
        (True, 1, None),
    ]


async def test_nobody_is_asked_for_while_the_policies_cannot_be_read(outage: Outage) -> None:
    await make_policy(NOT_BANNED)
    directory = Directory(BANNED)

    async with outage():
        (verdict,) = await judge_many([question()], directory.load)

    assert verdict.value is None
    assert directory.asked == []
