"""What may not be written is refused with the reason and its place; all that is wrong is told at once."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from app.authz.queries.head import lock_head, take_revision
from app.authz.queries.models import insert_model
from app.authz.service.models import save_model
from app.authz.types import ConditionRef, EntityRef, RelationTuple, TupleKey
from app.authz.types.saving import ModelDraft
from app.kit import clock
from app.kit.actor import SYSTEM
from tests.authz.store.support import (
    DOCUMENT,
    HOUR,
    NOW,
    SCOPE,
    SOURCE,
    fact,
    key,
    place,
    problems,
    refuse,
    save_app,
    standing,
    touch,
    write,
)
from tests.support import commit

VIEWER = "document:1#viewer@user:ann"


@pytest.fixture(autouse=True)
async def model(database: None) -> None:
    await save_app()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        " ",
        "a b",
        "a\tb",
        "a\nb",
        "a#b",
        "a\0b",
        "\x7f",
        "\x85",
        "\ud800",
        "a\u2028b",
        "\u202eb",
        "\ufeffa",
        "x" * 255,
    ],
)
async def test_an_id_without_characters_that_mean_something_else(bad: str) -> None:
    of_entity = TupleKey(DOCUMENT, bad, "viewer", "user", "ann")
    of_subject = TupleKey(DOCUMENT, "1", "viewer", "user", bad)
    relation = TupleKey(DOCUMENT, "1", "viewer", f"{SCOPE}:team", "red", bad or "\0")

    found = await refuse(touch=tuple(RelationTuple(each) for each in (of_entity, of_subject, relation)))

    assert problems(found)[:2] == [
        ("authz_tuple_invalid", ("touch", "0", "entity")),
        ("authz_tuple_invalid", ("touch", "1", "subject")),
    ]


@pytest.mark.parametrize(
    "good", ["*x", "a:b", "a/b@c", "ünï", "日本", "😀", "x" * 254, "A", "';--", "%s", "{}", "__proto__"]
)
async def test_every_other_id_is_kept_as_it_is(good: str) -> None:
    await write(touch=(RelationTuple(TupleKey(DOCUMENT, good, "viewer", "user", good)),))

    assert await standing() == [f"document:{good}#viewer@user:{good}"]


async def test_ids_that_differ_in_case_are_two() -> None:
    await touch("document:A#viewer@user:ann", "document:a#viewer@user:ann", "document:a#viewer@user:Ann")

    assert len(await standing()) == 3


@pytest.mark.parametrize(
    ("text", "code", "field", "words"),
    [
        ("paper:1#viewer@user:ann", "authz_tuple_type_unknown", "entity", "cli_app:paper"),
        ("document:1#viewer@robot:r2", "authz_tuple_type_unknown", "subject", "cli_app:robot"),
        ("document:1#editor@user:ann", "authz_relation_unknown", "relation", "guest, owner, parent, reader, viewer"),
        (
            "document:1#read@user:ann",
            "authz_relation_unknown",
            "relation",
            "that is a permission, which follows from a relation; write reader",
        ),
        ("document:1#owner@team:red#member", "authz_subject_not_allowed", "subject", "user, user with after_hour"),
        ("document:1#owner@user:*", "authz_subject_not_allowed", "subject", "allowed are user"),
        ("document:1#parent@user:ann", "authz_subject_not_allowed", "subject", "cli_app:folder"),
        ("document:1#viewer@team:red", "authz_subject_not_allowed", "subject", "cli_app:team#member"),
        ("document:1#viewer@team:red#viewer", "authz_subject_not_allowed", "subject", "cli_app:team#member"),
        ("document:1#reader@user:ann", "authz_subject_not_allowed", "subject", "follows from other relations"),
        ("document:1#guest@user:ann", "authz_condition_unknown", "condition", "user with after_hour"),
        ("document:1#viewer@team:*#member", "authz_tuple_invalid", "subject", "userset"),
    ],
)
async def test_what_the_model_does_not_allow(text: str, code: str, field: str, words: str) -> None:
    found = await refuse(touch=(fact(text),))

    assert problems(found) == [(code, ("touch", "0", field))]
    assert words in found[0].message


async def test_types_of_another_application_are_not_ours() -> None:
    await save_app(scope="cli_other")
    foreign = TupleKey(DOCUMENT, "1", "viewer", "cli_other:team", "red", "member")

    [problem] = await refuse(touch=(RelationTuple(foreign),))

    assert problem.code == "authz_subject_not_allowed"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (ConditionRef("no_such"), "authz_condition_unknown"),
        (ConditionRef("after_hour", {"hour": "late"}), "authz_condition_context"),
        (ConditionRef("after_hour", {"minute": 3}), "authz_condition_context"),
        (ConditionRef("after_hour", {"zone": "x" * 100_000}), "authz_condition_context"),
        (ConditionRef("after_hour", {"zone": "\ud800"}), "authz_condition_context"),
        (ConditionRef("after_hour", {"zone": object()}), "authz_condition_context"),
        (ConditionRef("after_hour", {"hour": 2**70}), "authz_condition_context"),
    ],
)
async def test_a_condition_that_does_not_fit(condition: ConditionRef, code: str) -> None:
    found = await refuse(touch=(fact("document:1#owner@user:ann", condition=condition),))

    assert [each.code for each in found] == [code]
    assert tuple(found[0].field)[:3] == ("touch", "0", "condition")


async def test_times_that_make_no_sense() -> None:
    naive = datetime(2027, 3, 1)  # noqa: DTZ001 - that is what is refused
    with clock.frozen(NOW):
        found = await refuse(
            touch=(
                fact("document:1#viewer@user:a", expires_at=NOW),
                fact("document:2#viewer@user:a", expires_at=NOW - HOUR),
                fact("document:3#viewer@user:a", starts_at=NOW + HOUR, expires_at=NOW + HOUR),
                fact("document:4#viewer@user:a", starts_at=naive),
                fact("document:5#viewer@user:a", expires_at=naive),
            )
        )

    assert problems(found) == [
        ("authz_times_invalid", ("touch", "0", "expiresAt")),
        ("authz_times_invalid", ("touch", "1", "expiresAt")),
        ("authz_times_invalid", ("touch", "2", "startsAt")),
        ("authz_times_invalid", ("touch", "3", "startsAt")),
        ("authz_times_invalid", ("touch", "4", "expiresAt")),
    ]


@pytest.mark.parametrize(
    "moment",
    [
        datetime.max.replace(tzinfo=timezone(-timedelta(hours=12))),
        datetime.min.replace(tzinfo=timezone(timedelta(hours=12))),
    ],
)
async def test_a_moment_that_no_calendar_has_in_utc(moment: datetime) -> None:
    found = await refuse(touch=(fact(VIEWER, starts_at=moment),))

    assert problems(found) == [("authz_times_invalid", ("touch", "0", "startsAt"))]


async def test_times_in_any_zone_are_the_same_moment() -> None:
    other = timezone(timedelta(hours=5))
    with clock.frozen(NOW):
        await write(touch=(fact(VIEWER, starts_at=NOW, expires_at=NOW + HOUR),))
        again = await write(
            touch=(fact(VIEWER, starts_at=NOW.astimezone(other), expires_at=(NOW + HOUR).astimezone(other)),)
        )

    assert (again.changed, again.created) == ((), ())


async def test_everything_that_is_wrong_is_told_together() -> None:
    await touch(VIEWER)

    found = await refuse(
        touch=(fact("document:1#editor@user:ann"), fact("document:2#viewer@user:ann")),
        create=(fact("document:1#owner@user:*"), fact("paper:1#viewer@user:ann")),
    )

    assert problems(found) == [
        ("authz_relation_unknown", ("touch", "0", "relation")),
        ("authz_subject_not_allowed", ("create", "0", "subject")),
        ("authz_tuple_type_unknown", ("create", "1", "entity")),
    ]


async def test_a_tuple_is_named_once() -> None:
    found = await refuse(touch=(fact(VIEWER),), create=(fact(VIEWER),), delete=(key(VIEWER),))

    assert problems(found) == [
        ("authz_tuple_invalid", ("create", "0")),
        ("authz_tuple_invalid", ("delete", "0")),
    ]


async def test_a_write_has_a_size() -> None:
    many = tuple(fact(f"document:{n}#viewer@user:ann") for n in range(1_001))

    assert [each.code for each in await refuse(touch=many)] == ["authz_write_limit"]
    assert [each.code for each in await refuse()] == ["authz_write_limit"]
    assert len((await write(touch=many[:1_000])).created) == 1_000


@pytest.mark.parametrize("reason", ["x" * 1_001, "a\0b", "\ud800"])
async def test_a_reason_is_text_of_some_length(reason: str) -> None:
    found = await refuse(touch=(fact(VIEWER),), reason=reason)

    assert problems(found) == [("authz_tuple_invalid", ("reason",))]


@pytest.mark.parametrize("size", [0, 201])
async def test_an_idempotency_key_has_a_size(size: int) -> None:
    found = await refuse(touch=(fact(VIEWER),), idempotency_key="k" * size)

    assert problems(found) == [("kit_idempotency_key_invalid", ("idempotencyKey",))]


@pytest.mark.parametrize("name", ["nothing", "a\0b", "\ud800", "cli_gone:thing", "", ":", "a\0b:c"])
async def test_a_type_that_never_was_can_be_neither_deleted_nor_replaced(name: str) -> None:
    gone = TupleKey(name, "1", "viewer", "user", "ann")

    assert (await refuse(delete=(gone,)))[0].code in {"authz_tuple_type_unknown", "authz_tuple_invalid"}
    found = await refuse(replace=((EntityRef(name, "1"), "viewer"),))
    assert found[0].code in {"authz_tuple_type_unknown", "authz_tuple_invalid"}


@pytest.mark.parametrize("bad", ["", "a\0b", "\ud800", "a b"])
async def test_a_place_is_well_formed(bad: str) -> None:
    found = await refuse(replace=((EntityRef(DOCUMENT, bad), "viewer"), (EntityRef(DOCUMENT, "1"), bad)))

    assert problems(found) == [
        ("authz_tuple_invalid", ("replace", "0", "entity")),
        ("authz_tuple_invalid", ("replace", "1", "relation")),
    ]


async def test_what_a_later_model_does_not_know_can_still_be_deleted() -> None:
    await touch("document:1#viewer@user:ann", "team:red#member@user:ann")

    async def save() -> None:
        # Saving refuses to strand tuples; a restored database may hold such ones.
        await lock_head()
        number = await take_revision(is_model=True)
        source = "model\n  schema 1.1\n\ntype user\n"
        await insert_model(SYSTEM, "mdl_x", scope=SCOPE, version=2, revision=number, source=source, note=None)

    await commit(save())
    assert [each.code for each in await refuse(touch=(fact("document:2#viewer@user:ann"),))] == [
        "authz_tuple_type_unknown"
    ]

    await write(delete=(key("document:1#viewer@user:ann"),))
    await write(replace=(place("team:red#member"),))

    assert await standing() == []


async def test_a_renamed_type_keeps_its_tuples() -> None:
    await touch("folder:f#viewer@user:ann", "document:1#parent@folder:f")
    source = SOURCE.replace("folder", "drawer")

    await commit(save_model(SYSTEM, ModelDraft(SCOPE, source, renames={"folder": "drawer"})))

    assert await standing() == ["drawer:f#viewer@user:ann", "document:1#parent@drawer:f"]
    assert [each.code for each in await refuse(touch=(fact("folder:f#viewer@user:bob"),))] == [
        "authz_tuple_type_unknown"
    ]
