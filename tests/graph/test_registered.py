"""A browser's session runs our own documents; who else may run any."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from graphql import parse, print_ast

from app.graph import registered
from app.graph.document_ids import hash_document
from app.graph.documents import LONGEST_KEPT
from app.graph.registered import is_registered, normalize, registered_documents
from app.kit.actor import Actor
from app.kit.guard import ALL_PERMISSIONS
from app.kit.runtime import bind_runtime, override, runtime
from app.users.types import User
from tests.graph.live import CSRF, EVENTS, Live, headers_of
from tests.graph.support import console_documents
from tests.graph.test_callers import make_token, sign_in
from tests.support import FixedDecider, deciding, make_admin, make_user, read_everything

OWN = "{ viewer { user { id } } }"
VIEWER = console_documents()["viewer/Viewer.graphql"]
VIEWER_ID = next(each.id for each in registered_documents().values() if each.name == "Viewer")
NOT_REGISTERED = ("DOCUMENT_NOT_REGISTERED", "graph_document_unregistered")
UNKNOWN = "0" * 64


@pytest.fixture(autouse=True)
async def _as_in_production(database: None) -> AsyncIterator[None]:
    with override(graphql_ad_hoc="operators"):
        yield


async def ask(browser: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> tuple[int, Any]:
    """Status, and the viewer's user id or code and reason of the error."""
    answer = await browser.post("/graphql", json=body, headers={**CSRF, **headers})
    told = answer.json()
    if "errors" in told:
        extensions = told["errors"][0]["extensions"]
        return answer.status_code, (extensions["code"], extensions.get("reason"))
    return answer.status_code, told["data"]["viewer"]["user"]["id"]


async def signed_in(browser: httpx.AsyncClient, user: User) -> User:
    await sign_in(browser, user)
    return user


async def test_a_session_runs_our_documents_and_no_others(browser: httpx.AsyncClient) -> None:
    user = await signed_in(browser, await make_user())
    before = await read_everything()

    answers = [await ask(browser, {"query": query}) for query in (VIEWER, OWN, "mutation { nonsense }", "{")]

    assert answers == [(200, user.id), *[(403, NOT_REGISTERED)] * 3]
    assert {name: rows for name, rows in (await read_everything()).items() if name != "events_audit"} == {
        name: rows for name, rows in before.items() if name != "events_audit"
    }


async def test_operators_run_their_own_documents_in_a_session(browser: httpx.AsyncClient) -> None:
    admin = await signed_in(browser, await make_admin())

    assert await ask(browser, {"query": OWN}) == (200, admin.id)


async def test_every_other_permission_does_not_make_an_operator(browser: httpx.AsyncClient) -> None:
    user = await signed_in(browser, await make_user())

    with deciding(**{user.id: ALL_PERMISSIONS - {"platform.manage_platform"}}):
        lacking = await ask(browser, {"query": OWN})
    with deciding(**{user.id: {"platform.manage_platform"}}):
        holding = await ask(browser, {"query": OWN})

    assert (lacking, holding) == ((403, NOT_REGISTERED), (200, user.id))


class LateDecider(FixedDecider):
    """Knows what everybody held a moment ago, and what they hold now."""

    def __init__(self, recent: set[str], now: set[str], user: User) -> None:
        super().__init__({user.id: frozenset(now)})
        self._recent = frozenset(recent)

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        return self._recent


@contextmanager
def late(recent: set[str], now: set[str], user: User) -> Iterator[None]:
    before = runtime()
    bind_runtime(before.settings, LateDecider(recent, now, user))
    try:
        yield
    finally:
        bind_runtime(before.settings, before.decider)


async def test_who_was_an_operator_a_moment_ago_may_still_read_and_nothing_else(
    browser: httpx.AsyncClient, live: Live
) -> None:
    user = await signed_in(browser, await make_user())
    with override(graphql_ad_hoc="operators"), late({"platform.manage_platform"}, set(), user):
        query = await ask(browser, {"query": OWN})
        mutation = await ask(
            browser, {"query": 'mutation { sessionRevoke(input: {id: "ses_1"}) { errors { message } } }'}
        )
        async with live.connected(await headers_of(user)) as socket:
            await socket.subscribe("1", EVENTS)
            refused = (await socket.receive())["payload"][0]["extensions"]

    assert (query, mutation) == ((200, user.id), (403, NOT_REGISTERED))
    assert (refused["code"], refused["reason"]) == NOT_REGISTERED


async def test_who_has_just_become_an_operator_is_one(browser: httpx.AsyncClient) -> None:
    user = await signed_in(browser, await make_user())

    with late(set(), {"platform.manage_platform"}, user):
        assert await ask(browser, {"query": OWN}) == (200, user.id)


async def test_a_setting_lets_every_session_run_its_own(browser: httpx.AsyncClient) -> None:
    user = await signed_in(browser, await make_user())

    with override(graphql_ad_hoc="everyone"):
        assert await ask(browser, {"query": OWN}) == (200, user.id)


async def test_access_tokens_and_nobody_run_any_document(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    session = (await sign_in(browser, user)).session
    browser.cookies.clear()
    token = await make_token(user, session.id)

    assert await ask(browser, {"query": OWN}, authorization=f"Bearer {token}") == (200, user.id)
    assert (await browser.post("/graphql", json={"query": "{ server { version } }"})).json()["data"]["server"]


@pytest.mark.parametrize("prefix", ["", "sha256:"])
async def test_a_document_is_named_by_its_hash(browser: httpx.AsyncClient, prefix: str) -> None:
    user = await signed_in(browser, await make_user())
    by_hash = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": VIEWER_ID}}}

    answers = [
        await ask(browser, body)
        for body in (
            {"documentId": prefix + VIEWER_ID},
            {"documentId": prefix + VIEWER_ID, "operationName": "Viewer"},
            {"documentId": prefix + VIEWER_ID, "query": VIEWER},
            by_hash,
            {**by_hash, "query": VIEWER},
        )
    ]

    assert answers == [(200, user.id)] * len(answers)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"documentId": f"sha256:{UNKNOWN}"}, ("PERSISTED_QUERY_NOT_FOUND", "graph_document_unknown")),
        (
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": UNKNOWN}}},
            ("PERSISTED_QUERY_NOT_FOUND", "graph_document_unknown"),
        ),
        ({"documentId": VIEWER_ID, "query": OWN}, ("BAD_USER_INPUT", "graph_document_mismatch")),
        ({"documentId": VIEWER_ID, "query": "{"}, ("BAD_USER_INPUT", "graph_document_mismatch")),
        ({"documentId": VIEWER_ID.upper()}, ("BAD_USER_INPUT", "graph_request")),
        ({"documentId": "md5:1"}, ("BAD_USER_INPUT", "graph_request")),
        ({"documentId": 7}, ("BAD_USER_INPUT", "graph_request")),
        ({"documentId": VIEWER_ID, "query": " "}, ("BAD_USER_INPUT", "graph_request")),
    ],
)
async def test_other_names_of_documents_are_refused(
    browser: httpx.AsyncClient, body: dict[str, Any], expected: tuple[str, str]
) -> None:
    await signed_in(browser, await make_user())

    assert await ask(browser, body) == (400, expected)


async def test_a_hash_that_fits_does_not_make_a_document_ours(browser: httpx.AsyncClient) -> None:
    await signed_in(browser, await make_user())

    assert await ask(browser, {"query": OWN, "documentId": hash_document(OWN)}) == (403, NOT_REGISTERED)


async def test_sockets_know_the_rule(live: Live) -> None:
    user = await make_user()
    async with live.connected(await headers_of(user)) as socket:
        await socket.subscribe("1", OWN)
        refused = await socket.receive()
        await socket.subscribe("2", VIEWER)
        told = await socket.receive()

    assert (refused["type"], refused["payload"][0]["extensions"]["reason"]) == ("error", NOT_REGISTERED[1])
    assert told["payload"]["data"]["viewer"]["user"]["id"] == user.id


def test_every_document_of_ours_is_registered_under_its_own_name() -> None:
    texts = console_documents()

    assert [path for path, text in texts.items() if not is_registered(text)] == []
    assert sorted(each.name for each in registered_documents().values()) == sorted(
        path.rpartition("/")[2].removesuffix(".graphql") for path in texts
    )
    assert all(document_id == hash_document(each.text) for document_id, each in registered_documents().items())


def test_spaces_order_and_typename_do_not_matter() -> None:
    source = "query A { b { ...F } }\nfragment F on C { d }\nfragment E on C { d }"
    written = (
        "fragment E on C { __typename d } fragment F on C {d __typename} # a comment\n"
        "query A { __typename b { __typename ...F } }"
    )

    assert normalize(parse(source)) == normalize(parse(written))


@pytest.mark.parametrize(
    "other",
    [
        "query A { b { d e } }",
        "query A { b { x: d } }",
        "query A { b { d @include(if: true) } }",
        "query A { b { d x: __typename } }",
        "query A($v: Int = 1) { b { d } }",
        "query B { b { d } }",
        "{ b { d } }",
        "mutation A { b { d } }",
        "query A { b { d } } query C { b { d } }",
        'query A { b(c: "1") { d } }',
    ],
)
def test_whatever_says_something_else_is_another_document(other: str) -> None:
    assert normalize(parse(other)) != normalize(parse("query A { b { d } }"))


def test_a_long_document_is_none_of_ours() -> None:
    assert not is_registered("{ " + "a " * 10_000 + "}")
    assert not is_registered("{" + "a{" * 2_000 + "b" + "}" * 2_001)


def test_a_document_of_ours_padded_to_a_great_length_is_none_of_ours() -> None:
    padding = LONGEST_KEPT - len(VIEWER)

    assert is_registered(VIEWER + " " * padding)
    assert not is_registered(VIEWER + " " * (padding + 1))


def test_a_document_of_ours_below_many_comments_is_none_of_ours() -> None:
    assert is_registered("#\n" * 490 + VIEWER)
    assert not is_registered("#\n" * 5_000 + VIEWER)


def test_what_was_seen_is_remembered_by_its_hash_only() -> None:
    written = VIEWER + " " * 1_000

    assert is_registered(written)
    assert written not in registered._seen
    assert registered._seen[hash_document(written)] == VIEWER_ID


def test_documents_of_others_are_remembered_as_such_and_displace_none_of_ours() -> None:
    assert is_registered(VIEWER)
    ours = dict(registered._seen)

    for number in range(registered._MOST_SEEN + 1):
        assert not is_registered(f"{{ other{number} }}")

    last = hash_document(f"{{ other{registered._MOST_SEEN} }}")
    assert (len(registered._seen_others), registered._seen_others[last]) == (registered._MOST_SEEN, None)
    assert hash_document("{ other0 }") not in registered._seen_others
    assert registered._seen == ours
    assert not is_registered(f"{{ other{registered._MOST_SEEN} }}")


def test_what_cannot_be_read_under_one_limit_may_be_under_another() -> None:
    longest = max(registered_documents().values(), key=lambda each: len(each.text)).text
    written = f"# {longest[:20]}\n{longest}"

    with override(graphql_max_tokens=100):
        assert not is_registered(written)

    assert is_registered(written)


def test_the_normal_form_is_one() -> None:
    for each in registered_documents().values():
        assert normalize(parse(each.text)) == each.text == normalize(parse(print_ast(parse(each.text))))
