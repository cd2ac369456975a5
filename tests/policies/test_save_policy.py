"""Saving policies: what is refused and why, versions, samples, and two authors at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.errors import AppError, InputProblems
from app.kit.paging import PageRequest
from app.policies.errors import (
    PolicyClientUnknown,
    PolicyConflict,
    PolicyIdempotencyMismatch,
    PolicyNameInvalid,
    PolicySyntax,
    PolicyTextInvalid,
    PolicyTooLong,
    SampleFails,
    SampleInvalid,
    SamplesTooMany,
)
from app.policies.queries.versions import find_at, list_samples
from app.policies.service import (
    delete_policy,
    find_policy,
    list_policies,
    list_versions_of,
    names_in,
    review_policy,
    save_policy,
    try_source,
)
from app.policies.types import PolicyDraft, Sample
from tests.clients.support import make_client
from tests.policies.support import FINE, LARGE, SMALL, draft, make_policy, manager_of
from tests.support import as_user, assert_needs, commit, make_admin, read_audit, read_everything

PAGE = PageRequest(first=100)


async def refused(work: Any) -> list[AppError]:
    """Why it was; nothing changed."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(work)
    assert await read_everything() == before
    error = caught.value
    return list(error.problems) if isinstance(error, InputProblems) else [error]


async def test_policies_of_the_installation_need_the_platform() -> None:
    await make_policy()

    for call in (
        lambda actor: save_policy(actor, draft("return true")),
        lambda actor: review_policy(actor, draft("return true")),
        lambda actor: list_policies(actor, "", None, PAGE),
        lambda actor: find_policy(actor, "", "small"),
        lambda actor: find_policy(actor, "", "nothing"),
    ):
        await assert_needs("platform.manage_platform", call)


async def test_policies_of_a_client_need_its_access() -> None:
    client = await make_client()

    for call in (
        lambda actor: save_policy(actor, draft(scope=client.id)),
        lambda actor: list_policies(actor, client.id, None, PAGE),
        lambda actor: find_policy(actor, client.id, "small"),
    ):
        await assert_needs("clients.manage_access", call)


async def test_a_manager_of_one_client_keeps_its_policies_and_no_others() -> None:
    ours, theirs = await make_client(), await make_client(name="Other")
    manager = await manager_of(ours.id)

    saved = await commit(save_policy(manager, draft(scope=ours.id)))

    assert (saved.scope, saved.name, saved.version, saved.source) == (ours.id, "small", 1, SMALL)
    assert await find_policy(manager, ours.id, "small") == saved
    for scope in (theirs.id, ""):
        (error,) = await refused(save_policy(manager, draft(scope=scope)))
        assert error.code == "kit_permission_missing"


async def test_names_are_unique_in_a_scope_only() -> None:
    client = await make_client()

    own, foreign = await make_policy(), await make_policy(scope=client.id)

    assert own.id != foreign.id
    assert await names_in("") == await names_in(client.id) == {"small"}
    assert await names_in("cli_nobody") == frozenset()


async def test_every_version_is_kept_with_who_saved_it_and_why() -> None:
    user = await make_admin()
    first = await make_policy(samples=(FINE,), description="Small amounts", note="Begin")

    second = await make_policy("return false", samples=(LARGE,), note="Nobody")

    assert (second.id, second.version, second.description) == (first.id, 2, "Small amounts")
    assert second.created_at == first.created_at
    versions = (await list_versions_of([first.id], PAGE))[first.id].items
    assert [(each.version, each.source, each.note, each.author_kind) for each in versions] == [
        (2, "return false", "Nobody", "system"),
        (1, SMALL, "Begin", "system"),
    ]
    kept = await list_samples([versions[1].id, versions[0].id])
    assert kept == {versions[1].id: (FINE,), versions[0].id: (LARGE,)}
    await commit(save_policy(as_user(user), draft("return 1 == 1", samples=())))
    third = (await find_at([(first.id, 3)]))[first.id, 3]
    assert (third.author_kind, third.author_id) == ("user", user.id)


async def test_the_trail_tells_of_each_save() -> None:
    first = await make_policy(note="Begin")

    await make_policy("return false", note="Nobody")

    told = [(each.action, each.target_id, each.reason, each.before, each.after) for each in await read_audit()]
    of_first, of_second = ({"scope": None, "name": "small", "version": n} for n in (1, 2))
    assert told == [
        ("policy.saved", first.id, "Begin", None, of_first),
        ("policy.saved", first.id, "Nobody", of_first, of_second),
    ]


async def test_the_same_source_and_samples_make_no_other_version() -> None:
    first = await make_policy(samples=(FINE, LARGE), description="Small amounts")
    before = await read_everything()

    again = [
        await make_policy(samples=(FINE, LARGE)),
        await make_policy(),
        await make_policy(description="Small amounts", note="Nothing new"),
    ]

    assert again == [first] * 3
    assert await read_everything() == before


@pytest.mark.parametrize(
    "change",
    [{"source": f"{SMALL} "}, {"samples": (LARGE, FINE)}, {"samples": (FINE,)}, {"samples": ()}],
    ids=["source", "order", "fewer", "none"],
)
async def test_another_source_or_other_samples_make_a_version(change: dict[str, Any]) -> None:
    await make_policy(samples=(FINE, LARGE))

    assert (await make_policy(**change)).version == 2


async def test_another_description_alone_makes_no_version() -> None:
    await make_policy(description="Small amounts")

    changed = await make_policy(description="Of small amounts")
    cleared = await make_policy(description=None)

    assert [(each.version, each.description) for each in (changed, cleared)] == [(1, "Of small amounts"), (1, None)]
    assert [each.action for each in await read_audit()] == ["policy.saved"] * 3


@pytest.mark.parametrize(
    ("change", "kind", "field"),
    [
        ({"name": ""}, PolicyNameInvalid, ("name",)),
        ({"name": "Small"}, PolicyNameInvalid, ("name",)),
        ({"name": "1st"}, PolicyNameInvalid, ("name",)),
        ({"name": "a b"}, PolicyNameInvalid, ("name",)),
        ({"name": "a\n"}, PolicyNameInvalid, ("name",)),
        ({"name": "a" * 65}, PolicyNameInvalid, ("name",)),
        ({"description": "a" * 501}, PolicyTextInvalid, ("description",)),
        ({"note": "a" * 1_001}, PolicyTextInvalid, ("note",)),
        ({"note": "a\0"}, PolicyTextInvalid, ("note",)),
        ({"source": "return '\0'"}, PolicyTextInvalid, ("source",)),
        ({"source": f"return true --{'a' * 10_240}"}, PolicyTooLong, ("source",)),
        ({"source": f"--{'é' * 5_120}"}, PolicyTooLong, ("source",)),
        ({"samples": (FINE,) * 51}, SamplesTooMany, ("samples",)),
        ({"samples": (Sample("", {}, is_allowed=True),)}, SampleInvalid, ("samples", "0", "name")),
        ({"samples": (Sample("a" * 101, {}, is_allowed=True),)}, SampleInvalid, ("samples", "0", "name")),
        ({"samples": (FINE, FINE)}, SampleInvalid, ("samples", "1", "name")),
        ({"samples": (Sample("a", {"b": "c" * 8_192}, is_allowed=True),)}, SampleInvalid, ("samples", "0", "context")),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value)[:30].replace("\0", "NUL"),
)
async def test_what_cannot_be_kept_is_refused(
    change: dict[str, Any], kind: type[AppError], field: tuple[str, ...]
) -> None:
    (error,) = await refused(save_policy(SYSTEM, draft(**change)))

    assert (type(error), error.field) == (kind, field)


async def test_all_that_is_wrong_is_told_at_once() -> None:
    errors = await refused(save_policy(SYSTEM, draft(name="No", note="a" * 1_001, samples=(FINE, FINE))))

    assert [error.field for error in errors] == [("name",), ("note",), ("samples", "1", "name")]


async def test_what_is_not_lua_is_refused_with_the_line() -> None:
    (error,) = await refused(save_policy(SYSTEM, draft("local a = 1\nreturn (a ==\n")))

    assert isinstance(error, PolicySyntax)
    assert (error.code, error.field) == ("policies_syntax", ("source",))
    assert error.line in {2, 3}
    assert error.message.startswith(f"Line {error.line}: ")


async def test_bytecode_is_no_source() -> None:
    (error,) = await refused(save_policy(SYSTEM, draft("\x1bLua")))

    assert error.code == "policies_syntax"


async def test_a_policy_that_contradicts_its_samples_is_refused_and_says_which_and_why() -> None:
    broken = Sample("no amount", {"resource": {}}, is_allowed=False)
    wrong = Sample("wrong", {"resource": {"amount": 5}}, is_allowed=False)

    errors = await refused(save_policy(SYSTEM, draft(samples=(FINE, wrong, LARGE, broken))))

    assert [(type(error), error.code, error.field) for error in errors] == [
        (SampleFails, "policies_sample_fails", ("samples", "1")),
        (SampleFails, "policies_sample_fails", ("samples", "3")),
    ]
    assert errors[0].message == "The sample wrong should be denied, and is allowed."
    assert errors[1].message.startswith(
        "The sample no amount should be denied, and is an error (policies_failed: line 1"
    )


async def test_the_samples_that_are_there_hold_for_the_next_source_too() -> None:
    await make_policy(samples=(FINE, LARGE))

    (error,) = await refused(save_policy(SYSTEM, draft("return true")))

    assert error.message == "The sample large should be denied, and is allowed."
    assert (await make_policy("return context.resource.amount < 20")).version == 2
    assert (await make_policy("return true", samples=())).version == 3


async def test_a_sample_is_as_a_check_that_sent_nothing_else() -> None:
    source = """
        return context.resource.x == nil and context.env.ip == nil and context.action == ""
            and context.user == nil and #context.timestamp == 20
    """

    assert (await make_policy(source, samples=(Sample("empty", {}, is_allowed=True),))).version == 1


@pytest.mark.parametrize(("expected", "in_force"), [(0, 1), (2, 1), (1, 0), (5, 0)])
async def test_who_has_seen_another_version_is_refused(expected: int, in_force: int) -> None:
    if in_force:
        await make_policy()

    (error,) = await refused(save_policy(SYSTEM, draft("return false", expected_version=expected)))

    assert (type(error), error.field) == (PolicyConflict, ("expectedVersion",))


async def test_who_has_seen_the_version_in_force_saves() -> None:
    first = await make_policy(expected_version=0)

    second = await make_policy("return false", expected_version=1)

    assert (first.version, second.version) == (1, 2)


async def save_at_once(make: Callable[[int], PolicyDraft], count: int) -> list[Any]:
    return await asyncio.gather(*(commit(save_policy(SYSTEM, make(n))) for n in range(count)), return_exceptions=True)


async def test_of_many_who_make_the_same_policy_at_once_all_are_versions_of_one() -> None:
    saved = await save_at_once(lambda n: draft(f"return {n} == 1"), 6)

    assert sorted(each.version for each in saved) == [1, 2, 3, 4, 5, 6]
    assert len({each.id for each in saved}) == 1


async def test_of_many_who_expect_the_same_version_at_once_one_saves() -> None:
    await make_policy()

    saved = await save_at_once(lambda n: draft(f"return {n} == 1", expected_version=1), 6)

    assert sorted(type(each).__name__ for each in saved) == ["Policy", *["PolicyConflict"] * 5]
    current = await find_policy(SYSTEM, "", "small")
    assert current is not None
    assert current.version == 2


async def test_samples_that_change_while_others_are_run_are_a_conflict() -> None:
    await make_policy(samples=(FINE,))
    slow = draft("return context.resource.amount < 100")
    review = await review_policy(SYSTEM, slow)
    await make_policy(samples=(FINE, LARGE))

    (error,) = await refused(save_policy(SYSTEM, slow, review=review))

    assert isinstance(error, PolicyConflict)


async def test_the_same_key_saves_once() -> None:
    async def save(source: str, key: str = "deploy-1") -> Any:
        return await commit(save_policy(SYSTEM, draft(source), idempotency_key=key))

    first = await save("return true")
    await make_policy("return false")

    again = await save("return true")

    assert (first.version, again.id, again.version) == (1, first.id, 2)
    (error,) = await refused(save_policy(SYSTEM, draft("return nil"), idempotency_key="deploy-1"))
    assert isinstance(error, PolicyIdempotencyMismatch)
    assert (await save("return nil", "deploy-2")).version == 3


@pytest.mark.parametrize("description", ["the same", "another"])
async def test_a_key_counts_for_a_save_that_makes_no_version_as_well(description: str) -> None:
    made = await make_policy("return true", description="the same")

    async def save(source: str) -> Any:
        asked = draft(source, description=description)
        return await commit(save_policy(SYSTEM, asked, idempotency_key="deploy-1"))

    first, again = await save("return true"), await save("return true")

    assert (first.id, first.version, again.id, again.version) == (made.id, 1, made.id, 1)
    (error,) = await refused(save_policy(SYSTEM, draft("return nil"), idempotency_key="deploy-1"))
    assert isinstance(error, PolicyIdempotencyMismatch)
    assert await db.fetch_value("SELECT count(*) FROM policies_version") == 1
    await commit(delete_policy(SYSTEM, made.id))
    assert (await save("return nil")).version == 1


async def test_many_requests_with_one_key_change_nothing_once() -> None:
    made = await make_policy()

    saved = await asyncio.gather(*(commit(save_policy(SYSTEM, draft(), idempotency_key="deploy-1")) for _ in range(6)))

    assert {(each.id, each.version) for each in saved} == {(made.id, 1)}
    assert await db.fetch_value("SELECT count(*) FROM policies_repeat") == 1


async def test_a_large_source_is_examined_beside_the_event_loop() -> None:
    source = "\n".join(f"local a{number} = {number} + nobody" for number in range(190))
    task = asyncio.create_task(try_source(source, None))

    await asyncio.sleep(0)

    assert not task.done()
    assert {each.message for each in (await task).warnings} == {(await try_source(source, None)).warnings[0].message}


async def test_many_requests_with_one_key_save_once() -> None:
    saved = await asyncio.gather(*(commit(save_policy(SYSTEM, draft(), idempotency_key="deploy-1")) for _ in range(6)))

    assert {(each.id, each.version) for each in saved} == {(saved[0].id, 1)}


async def test_a_client_that_is_not_there_has_no_policies() -> None:
    (error,) = await refused(save_policy(SYSTEM, draft(scope="cli_nobody")))

    assert isinstance(error, PolicyClientUnknown)


async def test_pages_are_by_name_and_search_looks_at_name_and_description() -> None:
    for name, description in (("b-amounts", None), ("a_amounts", "OF Anna"), ("c", "Amount 50%_"), ("zz", None)):
        await make_policy(name=name, description=description)

    async def names(search: str | None, page: PageRequest = PAGE) -> list[str]:
        return [each.name for each in (await list_policies(SYSTEM, "", search, page)).items]

    assert await names(None) == ["a_amounts", "b-amounts", "c", "zz"]
    assert await names("AMOUNT") == ["a_amounts", "b-amounts", "c"]
    assert await names("anna") == ["a_amounts"]
    assert await names("50%_") == ["c"]
    assert await names("%") == ["c"]
    assert await names("nothing") == []
    assert await names(None, PageRequest(last=2)) == ["c", "zz"]
