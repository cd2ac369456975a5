"""Making, changing and deleting contexts: by whom, and what they may give."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.authz.errors import RelationUnknown, RightsExceeded, SubjectNotAllowed, TupleTypeUnknown
from app.authz.service import write_tuples
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.contexts.errors import ContextClientUnknown, ContextNotFound, GrantForeign, IdempotencyMismatch, SlugTaken
from app.contexts.service import (
    create_context,
    delete_context,
    find_context,
    list_contexts,
    review_context,
    update_context,
    welcome,
)
from app.contexts.types import ContextChanges, ContextFilter, ContextSort, Entry, Grant, NewContext
from app.kit.actor import SYSTEM, Actor
from app.kit.db import unit_of_work
from app.kit.errors import AppError, Forbidden, InputProblems
from app.kit.guard import ALL_PERMISSIONS
from app.kit.ids import new_id
from app.kit.paging import PageRequest
from tests.clients.support import make_client
from tests.contexts.support import (
    MEMBER,
    applied,
    give_model,
    give_relation,
    make_client_context,
    make_context,
    told,
    tuples_of,
)
from tests.graph.support import execute
from tests.support import as_user, assert_needs, commit, deciding, make_admin, make_user, read_everything

PAGE = PageRequest(first=100)
CREATE = """mutation ($input: RegistrationContextCreateInput!) { registrationContextCreate(input: $input) {
    registrationContext { slug clientId grants { entityType entityId relation } allowedDomains allowedOrigins }
    errors { code message field }
} }"""


def new_context(*grants: Grant, **fields: Any) -> NewContext:
    return NewContext(**{"slug": "staff", "name": "Staff", "grants": grants or (MEMBER,), **fields})


async def manager_of(client_id: str, email: str = "manager@example.com") -> Actor:
    """Somebody who may say who uses one client, and nothing else."""
    user = await make_user(email)
    await give_relation(user.id, "clients", "admin", client_id)
    return as_user(user)


async def create(actor: Actor, **given: Any) -> dict[str, Any]:
    answer = await execute(CREATE, {"input": {"slug": "staff", "name": "Staff", **given}}, actor=actor)
    return dict(answer["data"]["registrationContextCreate"] if answer["data"] else {"refused": answer["errors"]})


async def refused(work: Any) -> AppError:
    """Why it was; nothing changed."""
    before = await read_everything()
    with pytest.raises(AppError) as caught:
        await commit(work)
    assert await read_everything() == before
    return caught.value


async def test_contexts_of_the_platform_need_the_platform() -> None:
    context = await make_context()

    for call in (
        lambda actor: create_context(actor, new_context(slug="new")),
        lambda actor: review_context(actor, new_context(slug="new")),
        lambda actor: update_context(actor, context.id, ContextChanges(name="New")),
        lambda actor: delete_context(actor, context.id),
        lambda actor: list_contexts(actor, ContextFilter(), ContextSort.SLUG_ASC, PAGE),
        lambda actor: find_context(actor, "staff"),
        lambda actor: find_context(actor, "nothing"),
    ):
        await assert_needs("platform.manage_platform", call)


async def test_contexts_of_a_client_need_its_access() -> None:
    client = await make_client()
    context = await make_client_context(client.id)
    given = Grant(f"{client.id}:invoice", "viewer")

    for call in (
        lambda actor: create_context(actor, new_context(given, slug="new", client_id=client.id)),
        lambda actor: update_context(actor, context.id, ContextChanges(name="New")),
        lambda actor: delete_context(actor, context.id),
    ):
        await assert_needs("clients.manage_access", call)


async def test_a_manager_of_one_client_manages_its_contexts_and_no_others() -> None:
    ours, theirs = await make_client(), await make_client(name="Other")
    foreign = await make_client_context(theirs.id, slug="foreign")
    platform = await make_context(slug="platform")
    kind, manager = await give_model(ours.id), await manager_of(ours.id)

    made = await commit(create_context(manager, new_context(Grant(kind, "viewer"), client_id=ours.id)))
    changed = await commit(update_context(manager, made.id, ContextChanges(allowed_domains=("ACME.example",))))
    page = await list_contexts(manager, ContextFilter(client_id=ours.id), ContextSort.CREATED_AT_DESC, PAGE)

    assert changed.allowed_domains == ("acme.example",)
    assert [each.slug for each in page.items] == ["staff"]
    assert await find_context(manager, "staff") == changed
    for slug in ("foreign", "platform", "nothing"):
        assert isinstance(await refused(find_context(manager, slug)), Forbidden)
    for other in (foreign, platform):
        assert isinstance(await refused(delete_context(manager, other.id)), Forbidden)
        assert isinstance(await refused(update_context(manager, other.id, ContextChanges(name="x"))), Forbidden)
    wanted = ContextFilter(client_id=theirs.id)
    assert isinstance(await refused(list_contexts(manager, wanted, ContextSort.SLUG_ASC, PAGE)), Forbidden)
    await commit(delete_context(manager, made.id))
    assert [each[0].rpartition(".")[2] for each in (await told())[2:]] == ["created", "updated", "deleted"]


@pytest.mark.parametrize("strength", ["manager", "super admin"])
async def test_a_context_of_a_client_never_gives_what_is_not_that_client_s(strength: str) -> None:
    ours, theirs = await make_client(), await make_client(name="Other")
    own, foreign = await give_model(ours.id), await give_model(theirs.id)
    actor = await manager_of(ours.id) if strength == "manager" else as_user(await make_admin())
    context = await make_client_context(ours.id, slug="own")

    for given in (
        MEMBER,
        Grant("platform", "super_admin"),
        Grant("clients", "admin", ours.id),
        Grant("clients", "full_access", ours.id),
        Grant("group", "member", "staff"),
        Grant(foreign, "viewer"),
        Grant(f"{ours.id}x:invoice", "viewer"),
        Grant(f"{ours.id}:{foreign}", "viewer"),
        Grant("invoice", "viewer"),
        Grant(f":{own}", "viewer"),
    ):
        made = await refused(create_context(actor, new_context(Grant(own, "viewer"), given, client_id=ours.id)))
        moved = await refused(update_context(actor, context.id, ContextChanges(grants=(given,))))
        for error, number in ((made, "1"), (moved, "0")):
            assert isinstance(error, InputProblems)
            (problem,) = error.problems
            assert isinstance(problem, GrantForeign)
            assert problem.field == ("grants", number, "entity_type")


@pytest.mark.parametrize(
    "given",
    [
        Grant("users", "admin"),
        Grant("platform", "super_admin"),
        Grant("clients", "full_access"),
        Grant("group", "member", "outer"),
        Grant("group", "member", "inner"),
    ],
)
async def test_nobody_promises_what_they_do_not_hold_themselves(given: Grant) -> None:
    await commit_nested_groups()
    user = await make_user("operator@example.com")
    await give_relation(user.id, "platform", "admin")

    error = await refused(create_context(as_user(user), new_context(given)))

    assert isinstance(error, RightsExceeded)
    assert error.field == ("grants", "0")
    assert isinstance(await refused(review_context(as_user(user), new_context(given))), RightsExceeded)


async def commit_nested_groups() -> None:
    """Who is in `inner` is in `outer`, which administers users."""
    keys = (
        TupleKey("group", "outer", "member", "group", "inner", "member"),
        TupleKey("users", "*", "admin", "group", "outer", "member"),
    )
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, keys)))))


async def test_who_may_not_give_it_may_not_let_more_people_have_it_either() -> None:
    context = await make_context(Grant("users", "admin"), allowed_domains=("acme.example",))
    await commit(update_context(SYSTEM, context.id, ContextChanges(is_enabled=False)))
    user = await make_user("operator@example.com")
    await give_relation(user.id, "platform", "admin")
    operator = as_user(user)

    for widening in (
        ContextChanges(is_enabled=True),
        ContextChanges(allowed_domains=()),
        ContextChanges(allowed_domains=("evil.example",), is_enabled=False),
        ContextChanges(allowed_origins=("https://evil.example",)),
        ContextChanges(grants=(Grant("users", "admin"), MEMBER)),
    ):
        assert isinstance(await refused(update_context(operator, context.id, widening)), RightsExceeded)
    for harmless in (ContextChanges(name="Renamed"), ContextChanges(description="?"), ContextChanges(is_enabled=False)):
        await commit(update_context(operator, context.id, harmless))
    await commit(delete_context(operator, context.id))


async def test_a_context_of_the_platform_gives_of_a_client_only_what_its_managers_could() -> None:
    client = await make_client()
    kind = await give_model(client.id)
    user = await make_user("operator@example.com")
    await give_relation(user.id, "platform", "admin")

    error = await refused(create_context(as_user(user), new_context(Grant(kind, "viewer"))))

    assert (type(error), error.detail) == (Forbidden, "clients.manage_access")


async def test_grants_are_held_against_the_model_in_force() -> None:
    client = await make_client()
    kind = await give_model(client.id)
    cases = [
        (Grant(kind, "owner"), RelationUnknown, "relation"),
        (Grant(f"{client.id}:nothing", "viewer"), TupleTypeUnknown, "entity_type"),
        (Grant(kind, "archive"), SubjectNotAllowed, "relation"),
        (Grant("group", "member"), None, "entity_type"),
        (Grant(kind, "view er"), None, "relation"),
    ]

    for given, kind_of_error, field in cases:
        error = await refused(create_context(SYSTEM, new_context(given)))
        assert kind_of_error is None or type(error) is kind_of_error
        assert error.field == ("grants", "0", field), given


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"slug": "Acme"}, ["slug"]),
        ({"slug": "-acme"}, ["slug"]),
        ({"slug": "a" * 41}, ["slug"]),
        ({"name": "  "}, ["name"]),
        ({"name": "a\u202eb"}, ["name"]),
        ({"description": "x" * 501}, ["description"]),
        ({"grants": []}, ["grants"]),
        (
            {"grants": [{"entityType": "group", "entityId": f"g{n}", "relation": "member"} for n in range(51)]},
            ["grants"],
        ),
        ({"grants": [{"entityType": "platform", "relation": "member"}] * 2}, ["grants"]),
        ({"allowedDomains": ["@acme.example"]}, ["allowedDomains", "0"]),
        ({"allowedDomains": ["acme.example", "*.acme.example"]}, ["allowedDomains", "1"]),
        ({"allowedDomains": ["evil@acme.example"]}, ["allowedDomains", "0"]),
        ({"allowedDomains": [""]}, ["allowedDomains", "0"]),
        ({"allowedDomains": ["acme.example", "ACME.example"]}, ["allowedDomains"]),
        ({"allowedDomains": [f"d{n}.example" for n in range(201)]}, ["allowedDomains"]),
        ({"allowedOrigins": ["https://app.example.com/path"]}, ["allowedOrigins", "0"]),
        ({"allowedOrigins": ["http://app.example.com"]}, ["allowedOrigins", "0"]),
        ({"allowedOrigins": ["https://*.example.com"]}, ["allowedOrigins", "0"]),
        ({"allowedOrigins": ["https://user@app.example.com"]}, ["allowedOrigins", "0"]),
        ({"allowedOrigins": ["null"]}, ["allowedOrigins", "0"]),
        ({"allowedOrigins": ["https://app.example.com", "https://APP.example.com:443"]}, ["allowedOrigins"]),
        ({"clientId": "cli_nothing", "grants": [{"entityType": "cli_nothing:a", "relation": "b"}]}, ["clientId"]),
    ],
)
async def test_what_is_malformed_is_told_with_its_place(given: dict[str, Any], field: list[str]) -> None:
    admin = as_user(await make_admin())
    before = await read_everything()

    told_ = await create(admin, **{"grants": [{"entityType": "platform", "relation": "member"}], **given})

    assert [error["field"] for error in told_["errors"]] == [field], told_
    assert await read_everything() == before


async def test_what_is_written_in_several_ways_is_kept_in_one() -> None:
    admin = as_user(await make_admin())

    told_ = await create(
        admin,
        grants=[
            {"entityType": "platform", "relation": "member"},
            {"entityType": "group", "relation": "member", "entityId": "g"},
        ],
        allowedDomains=[" ACME.Example ", "bücher.example"],
        allowedOrigins=["https://APP.example.com:443", "http://localhost:3000"],
    )

    assert told_["errors"] == []
    assert told_["registrationContext"] == {
        "slug": "staff",
        "clientId": None,
        "grants": [
            {"entityType": "platform", "entityId": None, "relation": "member"},
            {"entityType": "group", "entityId": "g", "relation": "member"},
        ],
        "allowedDomains": ["acme.example", "bücher.example"],
        "allowedOrigins": ["https://app.example.com", "http://localhost:3000"],
    }


async def test_a_dry_run_finds_what_is_wrong_and_changes_nothing() -> None:
    admin = as_user(await make_admin())
    context = await make_context()
    given = [{"entityType": "platform", "relation": "member"}]
    before = await read_everything()

    fine = await create(admin, slug="new", grants=given, dryRun=True)
    taken = await create(admin, slug="staff", grants=given, dryRun=True)
    after = await commit(update_context(admin, context.id, ContextChanges(name="Other"), is_dry_run=True))

    assert (fine["errors"], fine["registrationContext"]) == ([], None)
    assert [error["code"] for error in taken["errors"]] == ["TAKEN"]
    assert after.name == "Other"
    assert await read_everything() == before


async def test_a_slug_names_one_context() -> None:
    await make_context()

    assert isinstance(await refused(create_context(SYSTEM, new_context())), SlugTaken)


async def test_a_client_that_is_not_there_has_no_context() -> None:
    new = new_context(Grant("cli_nothing:invoice", "viewer"), client_id="cli_nothing")

    assert isinstance(await refused(create_context(SYSTEM, new)), ContextClientUnknown)


async def test_the_same_key_makes_one_context_however_many_ask_at_once() -> None:
    admin = as_user(await make_admin())

    async def ask() -> str:
        async with unit_of_work():
            return (await create_context(admin, new_context(), idempotency_key="deploy-1")).id

    ids = await asyncio.gather(*(ask() for _ in range(5)))

    assert len(set(ids)) == 1
    other = create_context(admin, new_context(name="Other"), idempotency_key="deploy-1")
    assert isinstance(await refused(other), IdempotencyMismatch)


async def test_changing_nothing_tells_nothing() -> None:
    context = await make_context(allowed_domains=("acme.example",))
    before = await read_everything()

    same = ContextChanges(name=" Staff ", grants=(MEMBER,), allowed_domains=("ACME.example",), is_enabled=True)
    after = await commit(update_context(SYSTEM, context.id, same))

    assert after == context
    assert await read_everything() == before


async def test_what_was_given_stays_when_a_context_changes_or_goes() -> None:
    context = await make_context()
    user = await make_user()
    await commit(welcome(SYSTEM, user.id, Entry()))
    await commit(update_context(SYSTEM, context.id, ContextChanges(grants=(Grant("group", "member", "g"),))))
    await commit(welcome(SYSTEM, user.id, Entry()))
    was_applied = await applied()

    await commit(delete_context(SYSTEM, context.id))

    assert was_applied == [("staff", user.id)]
    assert await tuples_of(user.id) == ["platform:*#member"]


async def test_an_unknown_context_is_not_there_for_operators_and_closed_to_others() -> None:
    unknown = new_id("ctx")

    with deciding(usr_admin=ALL_PERMISSIONS):
        for_admin = await refused(delete_context(as_user("usr_admin"), unknown))
        for_others = await refused(delete_context(as_user("usr_plain"), unknown))

    assert isinstance(for_admin, ContextNotFound)
    assert (type(for_others), for_others.detail) == (Forbidden, "clients.manage_access")
