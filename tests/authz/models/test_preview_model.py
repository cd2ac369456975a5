"""What a change of a model would strand, and whom it would let in or shut out."""

from __future__ import annotations

import pytest

from app.authz.errors import ModelStrands
from app.authz.service.models import preview_model, save_model
from app.authz.service.schemas import forget_models
from app.authz.types import ConditionRef, Decision, Freshness, FreshnessMode, RelationTuple
from app.authz.types.saving import ModelDraft, ModelPreview
from app.kit.actor import SYSTEM
from tests.authz.answers.support import SCOPE, SOURCE, ask, grant, key, save_app
from tests.authz.answers.test_check import decision
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


async def test_assertions_that_do_not_hold_are_shown() -> None:
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
