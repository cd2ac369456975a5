"""Lists by sets: `and`, `but not` and arrows to them give what checking each entity gives, page by page."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from app.authz.engine.index import Index, listing
from app.authz.engine.listing import ObjectQuery, list_objects
from app.authz.engine.overlay import FactReader
from app.authz.engine.paths import build_graph
from app.authz.engine.resolve import Ruleset
from app.authz.language.tuple_text import parse_tuple
from app.authz.types import RelationTuple, SubjectRef
from tests.authz.index.support import drop, index_of, make_index, make_schema, put

OFFICE = make_schema(
    """
model
  schema 1.1
type user
type group
  relations
    define member: [user]
type org
  relations
    define reader: [user, user:*, group#member]
    define banned: [user]
    define staff: [user]
    define guest: reader but not banned
    define insider: reader and staff
type doc
  relations
    define org: [org]
    define parent: [doc]
    define viewer: [user, user:*, group#member] or viewer from parent
    define blocked: [user, user:*]
    define cleared: [user]
    define open: viewer but not blocked
    define secret: viewer and cleared
    define nested: viewer but not (blocked but not cleared)
    define strict: (viewer and cleared) but not blocked
    define hosted: guest from org
    define shared: viewer and hosted
    define either: open or insider from org
    define deep: open or deep from parent
    define inherited: hosted or inherited from parent
    define rooted: (viewer or rooted from parent) but not blocked
"""
)
LISTED = [name for name in OFFICE.types["doc"].relations if name not in ("org", "parent")]
DOCS, ORGS, USERS = ("1", "2", "3", "*"), ("a", "b", "*"), ("user:anne", "user:bob", "user:*")


def possible() -> list[str]:
    """All tuples that may stand in a small world."""
    found = [f"group:g#member@{user}" for user in USERS[:2]]
    for org, user in product(ORGS, USERS):
        found += [f"org:{org}#reader@{user}"]
        found += [f"org:{org}#{name}@{user}" for name in ("banned", "staff") if user != "user:*"]
    for doc, user in product(DOCS, USERS):
        found += [f"doc:{doc}#{name}@{user}" for name in ("viewer", "blocked")]
        found += [f"doc:{doc}#cleared@{user}"] if user != "user:*" else []
    found += [f"doc:{doc}#viewer@group:g#member" for doc in DOCS]
    found += [f"doc:{doc}#org@org:{org}" for doc, org in product(DOCS, ORGS[:2])]
    found += [f"doc:{doc}#parent@doc:{other}" for doc, other in product(DOCS, DOCS[:3])]
    return found


def ask(action: str, user: str = "anne", kind: str = "doc") -> ObjectQuery:
    return ObjectQuery(SubjectRef("user", user), action, kind, {})


def of_sets(index: Index, action: str, user: str = "anne") -> list[str] | None:
    """What sets alone list, an undecided one with a mark; None if they do not say."""
    found = listing.list_sets(index, ask(action, user), None, 100)
    return None if found is None else [each.id if each.is_decided else f"{each.id}?" for each in found[0]]


@given(st.sets(st.sampled_from(possible()), max_size=24), st.sampled_from(LISTED))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
async def test_sets_list_what_checks_of_each_list(texts: set[str], action: str) -> None:
    note("\n".join(sorted(texts)))
    tuples = [RelationTuple(parse_tuple(each)) for each in sorted(texts)]
    rules, graph, reader = Ruleset(OFFICE), build_graph(OFFICE), FactReader(tuples)
    index = index_of(OFFICE, tuples)

    for user in ("anne", "bob", "nobody"):
        expected = await list_objects(rules, graph, reader, ask(action, user))
        found, total = await index.list_objects(ask(action, user), limit=100)
        assert (list(found), total) == (expected, len(expected))
        again = [await index.list_objects(ask(action, user), after=each.id, limit=1) for each in expected]
        assert [each for page, _ in again for each in page] == expected[1:]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("open", ["1", "3", "6"]),
        ("secret", ["2", "3"]),
        ("nested", ["1", "2", "3", "6"]),
        ("strict", ["3"]),
        ("hosted", ["1", "4"]),
        ("shared", ["1"]),
        ("either", ["1", "3", "5", "6"]),
        ("deep", ["1", "3", "6"]),
        ("inherited", ["1", "4", "6"]),
    ],
)
def test_sets_alone_say(action: str, expected: list[str]) -> None:
    index = make_index(
        OFFICE,
        *(f"doc:{n}#viewer@user:anne" for n in (1, 2, 3)),
        "doc:2#blocked@user:anne",
        *(f"doc:{n}#cleared@user:anne" for n in (2, 3)),
        *(f"doc:{n}#org@org:a" for n in (1, 4)),
        "doc:5#org@org:b",
        "doc:6#parent@doc:1",
        "org:a#reader@user:anne",
        *(f"org:b#{name}@user:anne" for name in ("reader", "staff", "banned")),
    )

    assert of_sets(index, action) == expected


def test_what_rests_on_itself_is_left_to_checks() -> None:
    index = make_index(OFFICE, "doc:1#viewer@user:anne")

    assert of_sets(index, "rooted") is None


async def test_every_entity_in_parts_of_a_gate() -> None:
    index = make_index(OFFICE, "doc:*#viewer@user:anne", *(f"doc:{n}#cleared@user:anne" for n in (1, 2)))

    assert of_sets(index, "secret") == ["1", "2"]
    put(index, "doc:*#cleared@user:anne")
    assert of_sets(index, "secret") == ["*", "1", "2"]
    put(index, "doc:2#blocked@user:anne")
    assert of_sets(index, "strict") == ["*?", "1"]
    put(index, "doc:*#blocked@user:*")
    assert of_sets(index, "strict") == []


async def test_every_subject_in_parts_of_a_gate() -> None:
    index = make_index(OFFICE, *(f"doc:{n}#viewer@user:*" for n in (1, 2)), "doc:1#blocked@user:anne")

    assert of_sets(index, "open") == ["2"]
    assert of_sets(index, "open", "nobody") == ["1", "2"]
    put(index, "doc:2#blocked@user:*")
    assert of_sets(index, "open", "nobody") == ["1"]


def test_changes_of_what_an_arrow_leads_to_show_at_once() -> None:
    index = make_index(OFFICE, "org:a#reader@group:g#member", "group:g#member@user:anne", "doc:1#org@org:a")
    assert of_sets(index, "hosted") == ["1"]

    put(index, "org:a#banned@user:anne")
    assert of_sets(index, "hosted") == []

    drop(index, "org:a#banned@user:anne")
    put(index, "doc:2#org@org:a")
    assert of_sets(index, "hosted") == ["1", "2"]

    drop(index, "group:g#member@user:anne")
    assert of_sets(index, "hosted") == []


async def test_an_arrow_to_every_organization_is_left_to_checks() -> None:
    index = make_index(
        OFFICE,
        "org:*#reader@user:anne",
        "org:b#banned@user:anne",
        *(f"doc:{doc}#org@org:{org}" for doc, org in (("1", "a"), ("2", "b"))),
    )

    assert of_sets(index, "hosted") is None
    found, total = await index.list_objects(ask("hosted"), limit=10)
    assert ([each.id for each in found], total) == (["1"], 1)


def test_what_others_have_to_every_entity_does_not_matter() -> None:
    index = make_index(
        OFFICE,
        "doc:*#viewer@user:bob",
        "org:*#reader@user:bob",
        "org:a#reader@user:anne",
        "doc:1#org@org:a",
    )

    assert of_sets(index, "hosted") == ["1"]
    assert of_sets(index, "hosted", "bob") is None
