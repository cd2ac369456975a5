"""Saving a model: versions, what is wrong with a text, who may."""

from __future__ import annotations

import asyncio

import pytest

from app.authz.errors import AssertionsFailed, ModelConflict, RenameInvalid, TupleTypeUnknown
from app.authz.language import limits
from app.authz.language.problems import ModelProblems
from app.authz.queries.head import read_head
from app.authz.service.checks import check
from app.authz.service.models import find_current_model, find_version, list_versions, save_model
from app.authz.service.schemas import forget_models
from app.authz.service.texts import read_kept
from app.authz.service.tuples import write_tuples
from app.authz.types import Check, EntityRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.saving import ModelDraft
from app.authz.types.writes import TupleWrite
from app.clients.service import create_client, delete_client
from app.clients.types import ClientKind, NewClient
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.paging import PageRequest
from tests.authz.people import give
from tests.support import assert_needs, commit, read_audit, read_everything

DOCUMENTS = """
model
  schema 1.1
type user
type document
  relations
    define owner: [user]
    define viewer: [user] or owner
  permissions
    define read: viewer
    define delete: owner
"""


def draft(source: str = DOCUMENTS, **fields: object) -> ModelDraft:
    return ModelDraft(**{"scope": "cli_a", "source": source, **fields})  # type: ignore[arg-type]


async def refused(wanted: ModelDraft) -> AppError:
    """Why a draft is not saved; nothing is written."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(save_model(SYSTEM, wanted))
    assert await read_everything() == before
    return caught.value


async def test_the_first_version_is_in_force_and_recorded() -> None:
    saved = await commit(save_model(SYSTEM, draft(note="first")))

    assert (saved.version, saved.scope, saved.note) == (1, "cli_a", "first")
    assert saved.source.startswith("model\n  schema 1.1\n\ntype user\n\ntype document\n")
    assert await find_current_model(SYSTEM, "cli_a") == saved
    head = await read_head()
    assert (head.revision, head.model_revision) == (1, 1)
    event = (await read_audit())[-1]
    assert (event.action, event.target_id, event.after) == (
        "model.saved",
        saved.id,
        {"scope": "cli_a", "version": 1, "renames": {}},
    )


async def test_the_same_meaning_again_is_no_new_version() -> None:
    first = await commit(save_model(SYSTEM, draft()))
    before = await read_everything()

    again = await commit(save_model(SYSTEM, draft(DOCUMENTS.replace("define read", "define   read") + "\n# a note\n")))

    assert again == first
    assert await read_everything() == before


async def test_versions_are_kept_and_listed_newest_first() -> None:
    first = await commit(save_model(SYSTEM, draft()))
    second = await commit(save_model(SYSTEM, draft(DOCUMENTS.replace("delete", "remove"))))

    page = await list_versions(SYSTEM, "cli_a", PageRequest())
    assert [each.version for each in page.items] == [2, 1]
    assert await find_version(SYSTEM, "cli_a", 1) == first
    assert await find_current_model(SYSTEM, "cli_a") == second


async def test_scopes_do_not_meet() -> None:
    await commit(save_model(SYSTEM, draft()))
    other = await commit(save_model(SYSTEM, draft(scope="cli_b")))

    assert other.version == 1
    assert await find_current_model(SYSTEM, "") is None


@pytest.mark.parametrize(
    ("source", "code", "line"),
    [
        (DOCUMENTS.replace("[user] or owner", "[usr] or owner"), "authz_model_unknown_type", 8),
        (DOCUMENTS.replace("delete: owner", "delete: owners"), "authz_model_unknown_relation", 11),
        (DOCUMENTS.replace("define owner: [user]", "define owner: [user"), "authz_model_syntax", 7),
    ],
)
async def test_a_mistake_is_told_with_its_place(source: str, code: str, line: int) -> None:
    error = await refused(draft(source))

    assert isinstance(error, ModelProblems)
    assert [(each.code, each.position.line if each.position else 0) for each in error.problems] == [(code, line)]
    assert error.problems[0].excerpt


async def test_the_installation_cannot_define_what_auther_has() -> None:
    source = DOCUMENTS + "type users\n  relations\n    define admin: [user]\n"

    error = await refused(draft(source, scope=""))

    assert error.code == "authz_model_reserved"


async def test_a_condition_that_means_nothing_is_refused() -> None:
    source = (
        DOCUMENTS.replace("[user] or owner", "[user with late] or owner") + "condition late(hour: int) { hor > 20 }\n"
    )

    error = await refused(draft(source))

    assert error.code == "authz_condition_invalid"


async def test_assertions_that_do_not_hold_stop_it() -> None:
    source = DOCUMENTS + (
        "assertions\n  given\n    document:1#owner@user:ann\n"
        "  check user:ann read document:1 is true\n  check user:ann delete document:1 is false\n"
    )

    error = await refused(draft(source))

    assert isinstance(error, AssertionsFailed)
    assert "check user:ann delete document:1 is allowed" in error.message


async def test_of_two_authors_the_later_is_told() -> None:
    await commit(save_model(SYSTEM, draft(expected_version=0)))

    error = await refused(draft(DOCUMENTS.replace("delete", "remove"), expected_version=0))

    assert isinstance(error, ModelConflict)
    assert "version 1" in error.message


async def test_of_many_saves_at_once_each_gets_a_version_of_its_own() -> None:
    sources = [DOCUMENTS.replace("delete", f"delete{n}") for n in range(8)]

    saved = await asyncio.gather(*(commit(save_model(SYSTEM, draft(source))) for source in sources))

    assert sorted(each.version for each in saved) == list(range(1, 9))
    assert (await read_head()).revision == 8


@pytest.mark.parametrize(
    "renames", [{"document": "file"}, {"folder": "document"}, {"document": "document"}, {"user": "document"}]
)
async def test_a_rename_that_makes_no_sense_is_refused(renames: dict[str, str]) -> None:
    await commit(save_model(SYSTEM, draft()))

    error = await refused(draft(DOCUMENTS.replace("delete", "remove"), renames=renames))

    assert isinstance(error, RenameInvalid)


@pytest.mark.parametrize(
    ("scope", "permission"), [("", "platform.manage_platform"), ("cli_a", "clients.manage_access")]
)
async def test_saving_needs_the_permission(scope: str, permission: str) -> None:
    await assert_needs(permission, lambda actor: save_model(actor, draft(scope=scope)))


async def test_a_model_that_is_rolled_back_leaves_nothing_behind() -> None:
    await commit(save_model(SYSTEM, draft()))

    with pytest.raises(ZeroDivisionError):
        async with unit_of_work():
            await save_model(SYSTEM, draft(DOCUMENTS.replace("delete", "shred")))
            assert await decide("shred") is None
            raise ZeroDivisionError
    await commit(save_model(SYSTEM, draft(DOCUMENTS.replace("delete", "burn"))))

    assert await decide("shred") == "authz_action_unknown"
    assert await decide("burn") is None


async def decide(action: str) -> str | None:
    """Why an action is not known, None when it is."""
    question = Check(SubjectRef("user", "ann"), action, EntityRef("cli_a:document", "1"))
    problem = (await check(SYSTEM, question)).problem
    return problem.code if problem else None


async def test_a_deleted_client_leaves_neither_model_nor_tuples() -> None:
    client = (await commit(create_client(SYSTEM, NewClient(name="Gone", kind=ClientKind.MACHINE)))).client
    await commit(save_model(SYSTEM, draft(scope=client.id)))
    key = TupleKey(f"{client.id}:document", "1", "owner", "user", "ann")
    await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))

    await commit(delete_client(SYSTEM, client.id))

    problem = (await check(SYSTEM, Check(key.subject, "read", key.entity))).problem
    assert (problem and problem.code) == "authz_type_unknown"
    with pytest.raises(TupleTypeUnknown):
        await commit(write_tuples(SYSTEM, TupleWrite(touch=(RelationTuple(key),))))
    assert [each.note for each in (await list_versions(SYSTEM, client.id, PageRequest())).items] == [
        "the client is gone",
        None,
    ]


async def test_a_bare_type_is_the_one_of_auther_itself() -> None:
    source = DOCUMENTS.replace("type document", "type group\ntype document").replace(
        "[user] or", "[user, group#member] or"
    )
    await commit(save_model(SYSTEM, draft(source)))
    keys = (
        TupleKey("group", "eng", "member", "user", "ann"),
        TupleKey("cli_a:document", "1", "viewer", "group", "eng", "member"),
    )
    await give(*keys)

    answer = await check(SYSTEM, Check(SubjectRef("user", "ann"), "read", EntityRef("cli_a:document", "1")))

    assert answer.is_allowed


async def test_a_bound_that_came_later_refuses_a_save_and_leaves_what_is_in_force(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await commit(save_model(SYSTEM, draft(DOCUMENTS)))
    await give(TupleKey("cli_a:document", "1", "viewer", "user", "ann"))
    monkeypatch.setattr(limits, "MAX_PARTS", 1)
    read_kept.cache_clear()
    forget_models()

    answer = await check(SYSTEM, Check(SubjectRef("user", "ann"), "read", EntityRef("cli_a:document", "1")))
    with pytest.raises(ModelProblems) as refused:
        await commit(save_model(SYSTEM, draft(DOCUMENTS + "\n")))

    assert answer.is_allowed
    assert [problem.code for problem in refused.value.problems] == ["authz_model_too_many"]
