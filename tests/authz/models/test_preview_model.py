"""What a change of a model would strand, and whom it would let in or shut out."""

from __future__ import annotations

import pytest

from app.authz.errors import ModelStrands
from app.authz.service import impact
from app.authz.service.models import preview_model, save_model
from app.authz.service.schemas import forget_models
from app.authz.types import ConditionRef, Decision, Freshness, FreshnessMode, RelationTuple
from app.authz.types.saving import ModelDraft, ModelPreview
from app.kit.actor import SYSTEM
from tests.authz.answers.support import SCOPE, SOURCE, ask, grant, key, save_app
from tests.authz.answers.test_check import decision
from tests.authz.policies import keep_missing_policies
from tests.support import assert_needs, commit, read_everything


async def preview(source: str, **fields: object) -> ModelPreview:
    before = await read_everything()
    found = await preview_model(SYSTEM, ModelDraft(SCOPE, source, **fields))  # type: ignore[arg-type]
    assert await read_everything() == before
    return found


def changes(found: ModelPreview) -> list[tuple[str, str, str, str]]:
    return [(each.kind.value, str(each.subject), each.action, each.entity.id) for each in found.impact.changes]


async def test_what_stands_keeps_its_meaning_or_the_change_is_refused() -> None:
    await save_app()
    await grant(("document:1", "blocked", "user:ann"), ("document:2", "blocked", "user:ann"))
    without = SOURCE.replace("    define blocked: [user]\n", "").replace("viewer but not blocked", "viewer")

    found = await preview(without)

    (blocker,) = found.blockers
    assert (blocker.kind, blocker.count, blocker.reason) == (
        "tuple",
        2,
        f"{SCOPE}:document#blocked would not allow user",
    )
    assert blocker.samples == tuple(f"{SCOPE}:document:{n}#blocked@user:ann" for n in (1, 2))
    before = await read_everything()
    with pytest.raises(ModelStrands) as caught:
        await save_app(without)
    assert f"2 ({SCOPE}:document#blocked would not allow user)" in caught.value.message
    assert await read_everything() == before


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("type group\n  relations\n    define member: [user, group#member] hierarchy\n", "", "folder#viewer"),
        ("[user, user:*] or owner", "[user] or owner", "document#viewer would not allow user:*"),
        ("[user, user with late]", "[user]", "document#owner would not allow user with late"),
    ],
)
async def test_each_kind_of_subject_is_looked_at(old: str, new: str, reason: str) -> None:
    await save_app()
    await grant(
        ("folder:f", "viewer", "group:g#member"),
        ("document:1", "viewer", "user:*"),
        RelationTuple(key("document:1", "owner", "user:ann"), ConditionRef("late")),
    )
    source = SOURCE.replace(old, new)
    if not new:
        source = source.replace("[user, group#member] or viewer from parent", "[user] or viewer from parent")
    if "late" in old:
        source = source.replace("condition late(hour: int) { hour > 20 }\n", "")

    found = await preview(source)

    assert [reason in each.reason for each in found.blockers] == [True]


async def test_a_removed_permission_or_computed_relation_strands_nothing() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))

    found = await preview(SOURCE.replace("    define sign: viewer policy four_eyes\n", ""))

    assert found.blockers == ()
    assert "-    define sign: viewer policy four_eyes" in found.diff


async def test_a_type_can_be_renamed_and_its_tuples_stay() -> None:
    await save_app()
    await grant(
        ("document:1", "viewer", "user:ann"), ("folder:f", "viewer", "user:bob"), ("document:2", "parent", "folder:f")
    )
    renamed = SOURCE.replace("type folder", "type drawer").replace("[folder]", "[drawer]")

    found = await preview(renamed, renames={"folder": "drawer"})
    await save_app(renamed, renames={"folder": "drawer"})

    assert (found.blockers, found.impact.gained, found.impact.lost) == ((), 0, 0)
    assert await decision(ask("bob", "read", "2")) is Decision.ALLOWED
    again = await preview(SOURCE)
    assert {each.reason.split(" ")[0] for each in again.blockers} == {
        f"{SCOPE}:document#parent",
        f"{SCOPE}:drawer#viewer",
    }


async def test_who_would_gain_and_who_would_lose() -> None:
    await save_app()
    await grant(
        ("document:1", "viewer", "user:ann"), ("document:1", "owner", "user:bob"), ("document:2", "owner", "user:eve")
    )

    found = await preview(SOURCE.replace("define share: owner", "define share: viewer"))

    assert changes(found) == [("gained", "user:ann", "share", "1")]
    narrower = await preview(SOURCE.replace("define read: reader", "define read: owner"))
    assert changes(narrower) == [("lost", "user:ann", "read", "1")]
    assert (narrower.impact.gained, narrower.impact.lost, narrower.impact.is_complete) == (0, 1, True)


async def grant_late(name: str) -> None:
    """Ann owns a document as late as its condition says."""
    await grant(RelationTuple(key(f"document:{name}", "owner", "user:ann"), ConditionRef("late")))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    define share: owner\n", "", ("lost", "undecided", "denied")),
        ("define share: owner", "define share: viewer", ("gained", "undecided", "allowed")),
    ],
)
async def test_access_that_a_condition_decides_is_compared(old: str, new: str, expected: tuple[str, str, str]) -> None:
    await save_app()
    await grant_late("1")
    await grant(("document:1", "viewer", "user:ann"))

    found = (await preview(SOURCE.replace(old, new))).impact

    (change,) = found.changes
    assert (change.kind.value, change.before.value, change.after.value) == expected
    assert (str(change.subject), change.action, change.entity.id) == ("user:ann", "share", "1")
    gained = int(expected[0] == "gained")
    assert (found.gained, found.lost, found.gained_conditionally, found.lost_conditionally) == (
        gained, 1 - gained, gained, 1 - gained,
    )  # fmt: skip
    assert found.is_complete


async def test_what_a_condition_decides_newly_is_gained_or_lost_in_part() -> None:
    wide = SOURCE.replace("define share: owner", "define share: viewer")
    await save_app(wide)
    await grant_late("1")
    await grant(("document:1", "viewer", "user:ann"), ("document:2", "viewer", "user:ann"))
    narrow = (await preview(SOURCE)).impact
    await save_app(SOURCE.replace("    define share: owner\n", ""))
    await grant_late("2")

    added = (await preview(SOURCE)).impact

    assert [(each.entity.id, each.before.value, each.after.value) for each in narrow.changes] == [
        ("1", "allowed", "undecided"),
        ("2", "allowed", "denied"),
    ]
    assert (narrow.gained, narrow.lost, narrow.lost_conditionally) == (0, 2, 1)
    assert [(each.entity.id, each.before.value, each.after.value) for each in added.changes] == [
        ("1", "denied", "undecided"),
        ("2", "denied", "undecided"),
    ]
    assert (added.gained, added.lost, added.gained_conditionally) == (2, 0, 2)


async def test_a_condition_that_changes_is_told_where_it_decides() -> None:
    source = SOURCE.replace("    define sign: viewer policy four_eyes\n", "")
    await save_app(source)
    changed = source.replace("hour > 20", "hour > 22")
    await grant(("document:1", "owner", "user:bob"))
    unconcerned = (await preview(changed)).impact
    await grant_late("1")

    found = (await preview(changed)).impact

    assert (unconcerned.is_complete, unconcerned.omissions) == (True, ())
    assert (found.gained, found.lost, found.is_complete) == (0, 0, False)
    assert found.omissions == ("Conditions change: late. Answers that may be others with it: 2.",)


async def test_a_condition_that_a_tuple_has_settled_is_compared_when_it_changes() -> None:
    await save_app()
    late = ConditionRef("late", {"hour": 21})
    await grant(RelationTuple(key("document:1", "owner", "user:ann"), late))

    found = (await preview(SOURCE.replace("hour > 20", "hour > 22"))).impact

    assert {(each.action, each.before.value, each.after.value) for each in found.changes} == {
        ("read", "allowed", "denied"),
        ("share", "allowed", "denied"),
        ("sign", "allowed", "denied"),
    }
    assert (found.lost, found.lost_conditionally, found.omissions) == (3, 0, ())


async def test_a_policy_that_changes_is_told_where_it_decides() -> None:
    await save_app()
    await keep_missing_policies(SCOPE, "two_eyes")
    await grant(("document:1", "viewer", "user:ann"), ("document:2", "viewer", "user:bob"))

    found = (await preview(SOURCE.replace("policy four_eyes", "policy two_eyes"))).impact

    assert found.omissions == ("The policy of sign changes. Answers that may be others with it: 2.",)


async def test_more_entities_than_are_compared_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact, "MAX_ENTITIES", 1)
    await save_app()
    await grant(("document:1", "viewer", "user:ann"), ("document:2", "viewer", "user:ann"))

    found = (await preview(SOURCE.replace("define share: owner", "define share: viewer"))).impact

    assert (found.gained, found.omissions) == (1, (f"{SCOPE}:document has more than 1 entities.",))


async def test_assertions_that_do_not_hold_are_shown() -> None:
    await keep_missing_policies(SCOPE, "four_eyes")
    source = SOURCE + "assertions\n  check user:ann read document:1 is true\n"

    found = await preview(source)

    assert [(each.text, each.expected, each.actual) for each in found.failed] == [
        ("check user:ann read document:1", "allowed", "denied")
    ]


async def test_the_installation_s_types_cannot_go_while_a_client_s_model_names_them() -> None:
    shared = "model\n  schema 1.1\ntype user\ntype team\n  relations\n    define member: [user]\n"
    await commit(save_model(SYSTEM, ModelDraft("", shared)))
    await save_app(SOURCE.replace("define blocked: [user]", "define blocked: [user, team#member]"))

    with pytest.raises(ModelStrands) as caught:
        await commit(save_model(SYSTEM, ModelDraft("", shared.replace("member", "player"))))

    assert f"the model of {SCOPE} names what would be gone" in caught.value.message


async def test_previewing_needs_the_permission() -> None:
    await assert_needs("clients.manage_access", lambda actor: preview_model(actor, ModelDraft(SCOPE, SOURCE)))


async def test_an_exact_snapshot_from_before_a_rename_still_answers() -> None:
    await save_app()
    token = await grant(("document:1", "parent", "folder:f"), ("folder:f", "viewer", "user:ann"))
    renamed = SOURCE.replace("type folder", "type drawer").replace("[folder]", "[drawer]")
    await save_app(renamed, renames={"folder": "drawer"})
    again = renamed.replace("type drawer", "type shelf").replace("[drawer]", "[shelf]")
    await save_app(again, renames={"drawer": "shelf"})
    forget_models()

    assert (
        await decision(ask("ann", "read", "1"), Freshness(FreshnessMode.AT_EXACT_SNAPSHOT, token)) is Decision.ALLOWED
    )
    assert await decision(ask("ann", "read", "1")) is Decision.ALLOWED
