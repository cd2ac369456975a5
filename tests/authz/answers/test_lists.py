"""What a subject can reach, and who can reach an entity, through the service."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.authz.engine.listing import FoundObject, FoundSubject, ObjectQuery, SubjectQuery
from app.authz.engine.lookups import Node
from app.authz.engine.userset_tree import TreeKind, UsersetTree
from app.authz.errors import ActionUnknown, ContextualForbidden, TypeUnknown
from app.authz.service.checks import LATEST
from app.authz.service.follower import following
from app.authz.service.lists import Listed, check_actions, expand, find_everybody, find_objects, find_subjects
from app.authz.service.sources import open_source
from app.authz.types import ConditionRef, Decision, RelationTuple, SubjectRef, TupleKey
from app.kit.actor import SYSTEM, Actor
from app.kit.errors import AppError, InvalidInput
from app.kit.paging import PageRequest
from tests.authz.answers.support import SCOPE, document, grant, key, save_app, subject
from tests.authz.people import give
from tests.support import assert_needs

DOCUMENT = f"{SCOPE}:document"
FIRST_PAGE = PageRequest()


def objects(user_id: str = "ann", action: str = "read", **fields: object) -> ObjectQuery:
    return ObjectQuery(subject(user_id), action, DOCUMENT, **{"context": {}, **fields})  # type: ignore[arg-type]


def subjects(name: str = "1", action: str = "read", kind: str = "user", relation: str = "") -> SubjectQuery:
    return SubjectQuery(document(name), action, kind, relation, {})


@pytest.fixture(params=["sql", "index"])
async def source(request: pytest.FixtureRequest, database: None) -> object:
    """Both sources give the same lists."""
    if request.param == "sql":
        yield None
        return
    async with following() as follower:
        await follower.catch_up()
        yield follower


async def catch_up(source: object) -> None:
    if source is not None:
        await source.catch_up()  # type: ignore[attr-defined]


async def reached(query: ObjectQuery, page: PageRequest = FIRST_PAGE, actor: Actor = SYSTEM) -> Listed[FoundObject]:
    return await find_objects(actor, await open_source(LATEST), query, page)


async def reaching(query: SubjectQuery, page: PageRequest = FIRST_PAGE, actor: Actor = SYSTEM) -> Listed[FoundSubject]:
    return await find_subjects(actor, await open_source(LATEST), query, page)


async def tree_of(node: Node, actor: Actor = SYSTEM) -> UsersetTree:
    return await expand(actor, await open_source(LATEST), node)


async def ids(query: ObjectQuery) -> list[tuple[str, bool]]:
    listed = await reached(query, PageRequest(first=100))
    assert listed.total == len(listed.page.items)
    return [(each.id, each.is_decided) for each in listed.page.items]


async def test_entities_in_the_order_of_their_ids(source: object) -> None:
    await save_app()
    await grant(
        ("document:b", "viewer", "user:ann"),
        ("document:a", "owner", "user:ann"),
        ("document:c", "viewer", "user:ann"),
        ("document:c", "blocked", "user:ann"),
        RelationTuple(key("document:d", "owner", "user:ann"), ConditionRef("late")),
        ("document:e", "viewer", "user:bob"),
    )
    await catch_up(source)

    assert await ids(objects()) == [("a", True), ("b", True), ("d", False)]
    assert await ids(objects(context={"hour": 3})) == [("a", True), ("b", True)]
    assert await ids(objects("eve")) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_forward_and_back_give_the_whole_list(source: object, size: int) -> None:
    await save_app()
    await grant(*((f"document:{n}", "viewer", "user:ann") for n in range(7)))
    await catch_up(source)
    whole = [str(n) for n in range(7)]

    forward: list[str] = []
    page = PageRequest(first=size)
    while True:
        listed = await reached(objects(), page)
        assert listed.total == 7
        forward += [each.id for each in listed.page.items]
        if not listed.page.has_next:
            break
        page = PageRequest(first=size, after=listed.page.cursors[-1])
    backward: list[str] = []
    page = PageRequest(last=size)
    while True:
        listed = await reached(objects(), page)
        backward = [each.id for each in listed.page.items] + backward
        if not listed.page.has_previous:
            break
        page = PageRequest(last=size, before=listed.page.cursors[0])

    assert (forward, backward) == (whole, whole)


async def test_who_passes_the_models_by_has_everything(source: object) -> None:
    await save_app()
    await give(
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
    )
    await catch_up(source)

    assert await ids(objects("root")) == [("*", True)]
    assert await ids(objects("boss", "sign")) == [("*", True)]
    assert await ids(objects("boss", "viewer")) == []


async def test_subjects_with_the_way_that_leads_to_them(source: object) -> None:
    await save_app()
    await grant(
        ("document:1", "viewer", "user:*"),
        ("document:1", "owner", "user:bob"),
        ("document:1", "parent", "folder:f"),
        ("folder:f", "viewer", "group:g#member"),
        ("group:g", "member", "user:ann"),
    )
    await catch_up(source)

    listed = await reaching(subjects())

    found = {each.subject.id: [_short(fact.key) for fact in each.way] for each in listed.page.items}
    assert list(found) == ["*", "ann", "bob"]
    assert found == {
        "*": ["document:1#viewer@user:*"],
        "ann": ["document:1#parent@folder:f", "folder:f#viewer@group:g#member", "group:g#member@user:ann"],
        "bob": ["document:1#owner@user:bob"],
    }
    groups = await reaching(subjects(kind=f"{SCOPE}:group", relation="member"))
    assert [each.subject.id for each in groups.page.items] == ["g"]


async def test_who_passes_the_models_by_is_listed_only_for_what_tuples_say(source: object) -> None:
    await save_app()
    await give(
        TupleKey("platform", "*", "super_admin", "user", "root"),
        TupleKey("platform", "*", "super_admin", "user", "chief"),
        TupleKey("clients", SCOPE, "full_access", "user", "boss"),
        TupleKey("clients", SCOPE, "full_access", "user", "heir"),
    )
    await grant(*(("document:1", "owner", f"user:{each}") for each in ("ann", "boss", "root")))
    await grant(("document:1", "blocked", "user:boss"))
    await catch_up(source)

    for action, expected in {"share": ["ann", "boss", "root"], "read": ["ann", "root"]}.items():
        listed = await reaching(subjects(action=action))

        assert ([each.subject.id for each in listed.page.items], listed.total) == (expected, len(expected))
    everybody = await find_everybody(SYSTEM, await open_source(LATEST), subjects(action="share"), FIRST_PAGE)
    assert [each.subject.id for each in everybody.kinds["users"].page.items] == ["ann", "boss", "root"]


def _short(each: TupleKey) -> str:
    return str(each).replace(f"{SCOPE}:", "")


async def test_what_a_relation_is_made_of(source: object) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"), ("document:1", "parent", "folder:f"))
    await catch_up(source)

    tree = await tree_of(Node(DOCUMENT, "1", "viewer"))

    assert (tree.kind, [each.kind for each in tree.parts]) == (
        TreeKind.UNION,
        [TreeKind.DIRECT, TreeKind.COMPUTED, TreeKind.ARROW],
    )
    direct, computed, arrow = tree.parts
    assert [str(fact.key.subject) for fact in direct.facts] == ["user:ann"]
    assert computed.usersets == (Node(DOCUMENT, "1", "owner"),)
    assert arrow.usersets == (Node(f"{SCOPE}:folder", "f", "viewer"),)


async def test_every_action_of_an_entity_in_one_go(source: object) -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"))
    await catch_up(source)

    answers = await check_actions(SYSTEM, await open_source(LATEST), subject("ann"), document("1"), context={})

    assert {action: answer.decision for action, answer in answers.items()} == {
        "read": Decision.ALLOWED,
        "share": Decision.DENIED,
        "sign": Decision.UNDECIDED,
    }


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (replace(objects(), type="nothing"), TypeUnknown),
        (objects(action="fly"), ActionUnknown),
        (replace(objects(), subject=SubjectRef("nothing", "1")), TypeUnknown),
        (objects(contextual=(RelationTuple(key("document:1", "owner", "group:g#member")),)), ContextualForbidden),
    ],
)
async def test_what_means_nothing_is_told(query: ObjectQuery, error: type[AppError]) -> None:
    await save_app()

    with pytest.raises(error):
        await reached(query)


async def test_a_foreign_cursor_is_refused() -> None:
    await save_app()
    await grant(("document:1", "viewer", "user:ann"), ("document:2", "viewer", "user:ann"))
    cursor = (await reached(objects(), PageRequest(first=1))).page.cursors[0]

    with pytest.raises(InvalidInput):
        await reaching(subjects(), PageRequest(first=1, after=cursor))


async def test_listing_needs_the_permission() -> None:
    await assert_needs("clients.manage_access", lambda actor: reached(objects("other"), actor=actor))
    await assert_needs("clients.manage_access", lambda actor: reaching(subjects(), actor=actor))
    await assert_needs("clients.manage_access", lambda actor: tree_of(Node(DOCUMENT, "1", "viewer"), actor))
