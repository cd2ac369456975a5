"""What a token carries: every permission of a subject within a client."""

from __future__ import annotations

from app.authz.service.permissions import list_permissions_of, resolve_permissions
from app.authz.service.tuples import write_tuples
from app.authz.types import ConditionRef, RelationTuple, SubjectRef, TupleKey
from app.authz.types.granted import Granted
from app.authz.types.writes import TupleWrite
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import AppError
from tests.authz.answers.support import SCOPE, grant, key, save_app, subject
from tests.authz.people import give
from tests.support import assert_needs, commit, counted_statements

DOCUMENT = f"{SCOPE}:document"


async def resolve(user_id: str, **fields: object) -> Granted:
    return await resolve_permissions(subject(user_id), SCOPE, with_platform=False, **fields)  # type: ignore[arg-type]


async def write(*keys: TupleKey) -> None:
    await commit(write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, keys)))))


async def test_nobody_has_anything_where_there_is_no_model() -> None:
    assert await resolve("ann") == Granted()


async def test_single_entities_and_every_entity() -> None:
    await save_app()
    await grant(
        ("document:1", "owner", "user:ann"),
        ("document:2", "viewer", "user:ann"),
        ("document:*", "viewer", "user:bob"),
        ("document:3", "owner", "user:bob"),
    )

    ann, bob = await resolve("ann"), await resolve("bob")

    assert ann.permissions == {f"{DOCUMENT}:1": ("read", "share", "sign"), f"{DOCUMENT}:2": ("read", "sign")}
    assert ann.abac_required == {f"{DOCUMENT}:1": ("sign",), f"{DOCUMENT}:2": ("sign",)}
    assert bob.permissions == {DOCUMENT: ("read", "sign"), f"{DOCUMENT}:3": ("read", "share", "sign")}
    # Single documents may be excepted from `read`: only the live check knows.
    assert bob.abac_required == {DOCUMENT: ("read", "sign"), f"{DOCUMENT}:3": ("sign",)}


async def test_a_condition_without_its_parameters_needs_the_live_check() -> None:
    await save_app()
    await grant(
        RelationTuple(key("document:1", "owner", "user:ann"), ConditionRef("late")),
        RelationTuple(key("document:2", "owner", "user:ann"), ConditionRef("late", {"hour": 22})),
        RelationTuple(key("document:3", "owner", "user:ann"), ConditionRef("late", {"hour": 2})),
    )

    found = await resolve("ann")

    assert found.permissions == {f"{DOCUMENT}:{n}": ("read", "share", "sign") for n in (1, 2)}
    assert found.abac_required == {f"{DOCUMENT}:1": ("read", "share", "sign")}


async def test_who_is_excluded_is_not_in_it() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"), ("document:1", "blocked", "user:ann"))

    assert (await resolve("ann")).permissions == {f"{DOCUMENT}:1": ("sign",)}


async def test_through_groups_folders_and_everyone() -> None:
    await save_app()
    await grant(
        ("group:eng", "member", "user:ann"),
        ("folder:f", "viewer", "group:eng#member"),
        ("document:1", "parent", "folder:f"),
        ("document:2", "viewer", "user:*"),
    )

    assert set((await resolve("ann")).permissions) == {f"{DOCUMENT}:1", f"{DOCUMENT}:2"}


async def test_another_client_s_types_stay_out() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))

    assert await resolve_permissions(subject("ann"), "cli_other", with_platform=False) == Granted()


async def test_the_platform_comes_when_it_is_asked_for() -> None:
    await save_app()
    await give(TupleKey("users", "*", "viewer", "user", "ann"), TupleKey("clients", "cli_a", "admin", "user", "ann"))

    found = await resolve_permissions(subject("ann"), SCOPE, with_platform=True)

    assert found.permissions == {
        "users": ("view",),
        "clients:cli_a": ("create", "delete", "manage_access", "update", "view"),
    }
    assert (await resolve("ann")).permissions == {}


async def test_full_access_and_super_admins_have_everything_without_a_live_check() -> None:
    await save_app()
    await give(
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
        TupleKey("platform", "*", "super_admin", "user", "root"),
    )

    everything = Granted({DOCUMENT: ("read", "share", "sign")})
    assert await resolve("boss") == everything
    assert await resolve("root") == everything


async def test_single_grants_are_left_out_when_the_map_would_be_too_large() -> None:
    await save_app()
    await grant(*(("document:" + str(n), "owner", "user:ann") for n in range(50)), ("document:*", "viewer", "user:ann"))

    whole, cut = await resolve("ann"), await resolve("ann", max_bytes=500)

    assert (len(whole.permissions), whole.is_truncated) == (51, False)
    assert cut == Granted({DOCUMENT: ("read", "sign")}, {DOCUMENT: ("read", "sign")}, is_truncated=True)


async def test_one_pass_takes_a_constant_number_of_statements() -> None:
    await save_app()
    await resolve("ann")
    counts = []
    for rows in (range(2), range(2, 40)):
        await grant(*(("document:" + str(n), "viewer", "user:ann") for n in rows), ("group:g", "member", "user:ann"))
        with counted_statements() as statements:
            await resolve("ann")
        counts.append(len(statements))

    assert counts == [counts[0]] * 2
    assert counts[0] <= 6


async def test_keys_and_clients_are_subjects_like_users() -> None:
    await save_app()
    await give(TupleKey("clients", SCOPE, "full_access", "apikey", "key_1"))

    found = await resolve_permissions(SubjectRef("apikey", "key_1"), SCOPE, with_platform=False)

    assert found.permissions == {DOCUMENT: ("read", "share", "sign")}


async def permissions_of_another(actor: Actor) -> Granted:
    asked = (subject("usr_other"), SCOPE)
    found = (await list_permissions_of([asked], actor))[asked]
    if isinstance(found, AppError):
        raise found
    return found


async def test_asking_for_others_needs_the_permission() -> None:
    await assert_needs("clients.manage_access", permissions_of_another)
