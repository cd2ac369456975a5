"""Pages of every list, in every order and under every filter, against a plain re-implementation in Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.api_keys.queries import touch_keys
from app.api_keys.service import create_key, disable_key
from app.api_keys.types import NewApiKey
from app.authz.service import write_tuples
from app.authz.service.models import save_model
from app.authz.types import RelationTuple, TupleKey, TupleWrite
from app.authz.types.saving import ModelDraft
from app.clients.registration.tokens import create_initial_token
from app.clients.registration.types import NewInitialToken
from app.clients.service import create_client, declare_client, forget_clients, update_client
from app.clients.types import ClientChanges, ClientKind, DeclaredClient, NewClient
from app.contexts.service import create_context
from app.contexts.types import Grant, NewContext
from app.graph.schema import graphql_schema
from app.kit import clock, db
from app.kit.actor import SYSTEM, Actor
from app.kit.db import unit_of_work
from app.kit.guard import ALL_PERMISSIONS
from app.login.service import send_invitation
from app.policies.service import save_policy
from app.policies.types import PolicyDraft
from app.sessions.service import begin_session
from app.upstream.service import create_provider
from app.upstream.types import NewProvider, ProviderKind
from app.users.service import ban_user, record_sign_in, register_user
from app.users.types import NewUser
from tests.graph.support import read, refusal
from tests.support import as_user, deciding

Row = Mapping[str, Any]
Key = Callable[[Row], Any]
START = datetime(2026, 1, 1, tzinfo=UTC)
READER: Actor = as_user("usr_reader")
ROBOT = "cli_robot"
NAMES = [None, "max", "Max", "ZOE", "zoe", "50%_off", None, "Änne", "anne", "straße"]


@dataclass(frozen=True)
class Listing:
    """A list of the API: what is asked of a row, its orders, and filters with their plain meaning."""

    field: str
    selection: str
    orders: Mapping[str | None, tuple[Key, bool]]
    filters: Sequence[tuple[str, Callable[[Row], bool]]]


def _by(name: str, default: Any = "") -> Key:
    def key(row: Row) -> Any:
        value = row[name] or default
        return (value.lower() if "At" not in name else value, row["id"])

    return key


LISTINGS = {
    "users": Listing(
        "users",
        "id email name username status emailVerified createdAt lastSignInAt",
        {
            "CREATED_AT_DESC": (_by("createdAt"), True),
            "CREATED_AT_ASC": (_by("createdAt"), False),
            "EMAIL_ASC": (_by("email"), False),
            "EMAIL_DESC": (_by("email"), True),
            "NAME_ASC": (_by("name"), False),
            "NAME_DESC": (_by("name"), True),
            "LAST_SIGN_IN_AT_DESC": (_by("lastSignInAt"), True),
            "LAST_SIGN_IN_AT_ASC": (_by("lastSignInAt"), False),
        },
        [
            ("", lambda row: True),
            ("status: BANNED", lambda row: row["status"] == "BANNED"),
            ("status: ACTIVE, emailVerified: true", lambda row: row["status"] == "ACTIVE" and row["emailVerified"]),
            ("emailVerified: false", lambda row: not row["emailVerified"]),
            ('search: "MAX"', lambda row: "max" in f"{row['email']} {row['username']} {row['name']}".lower()),
            ('search: "50%_"', lambda row: "50%_" in (row["name"] or "")),
            ('search: "nobody"', lambda row: False),
            ('createdAfter: "2026-01-01T00:05:00Z"', lambda row: row["createdAt"] > "2026-01-01T00:05:00Z"),
            (
                'createdAfter: "2026-01-01T01:02:00+01:00", createdBefore: "2026-01-01T00:09:00Z"',
                lambda row: "2026-01-01T00:02:00Z" < row["createdAt"] < "2026-01-01T00:09:00Z",
            ),
        ],
    ),
    "clients": Listing(
        "clients",
        "id name kind isEnabled isDynamic createdAt",
        {
            "CREATED_AT_DESC": (_by("createdAt"), True),
            "CREATED_AT_ASC": (_by("createdAt"), False),
            "NAME_ASC": (_by("name"), False),
            "NAME_DESC": (_by("name"), True),
        },
        [
            ("", lambda row: True),
            ("kind: MACHINE", lambda row: row["kind"] == "MACHINE"),
            ("isEnabled: false", lambda row: not row["isEnabled"]),
            ("isDynamic: true", lambda row: row["isDynamic"]),
            ("isDynamic: false", lambda row: not row["isDynamic"]),
            ('search: "shop", isEnabled: true', lambda row: "shop" in row["name"].lower() and row["isEnabled"]),
        ],
    ),
    "apiKeys": Listing(
        "apiKeys",
        "id name isEnabled createdAt lastUsedAt owner { type id }",
        {
            "CREATED_AT_DESC": (_by("createdAt"), True),
            "CREATED_AT_ASC": (_by("createdAt"), False),
            "NAME_ASC": (_by("name"), False),
            "NAME_DESC": (_by("name"), True),
            "LAST_USED_AT_DESC": (_by("lastUsedAt"), True),
            "LAST_USED_AT_ASC": (_by("lastUsedAt"), False),
        },
        [
            ("", lambda row: True),
            ("isEnabled: false", lambda row: not row["isEnabled"]),
            ('search: "MAX"', lambda row: "max" in row["name"].lower()),
            ('search: "Zo"', lambda row: row["name"].lower().startswith("zo")),
            ('search: "50%_"', lambda row: "50%_" in row["name"]),
            ('search: "key_"', lambda row: row["id"].startswith("key_")),
            ('search: "nobody"', lambda row: False),
            ('ownerUserId: "legacy-9"', lambda row: row["owner"] == {"type": "user", "id": "legacy-9"}),
            (
                f'ownerClientId: "{ROBOT}", isEnabled: true',
                lambda row: row["owner"] == {"type": "client", "id": ROBOT} and row["isEnabled"],
            ),
            (f'ownerUserId: "legacy-9", ownerClientId: "{ROBOT}"', lambda row: False),
        ],
    ),
    "sessions": Listing(
        "sessions",
        "id createdAt user { id }",
        {None: (_by("createdAt"), True)},
        [("", lambda row: True), ('userId: "legacy-1"', lambda row: row["user"]["id"] == "legacy-1")],
    ),
    "auditEvents": Listing(
        "auditEvents",
        "id action outcome occurredAt actorId targetId clientId ip requestId",
        {None: (_by("occurredAt"), True)},
        [
            ("", lambda row: True),
            ('action: "user."', lambda row: row["action"].startswith("user.")),
            ('action: "user.banned"', lambda row: row["action"] == "user.banned"),
            ('action: "user_"', lambda row: False),
            ("outcome: SUCCESS", lambda row: row["outcome"] == "SUCCESS"),
            ('actorId: "usr_reader"', lambda row: row["actorId"] == "usr_reader"),
            ('targetId: "legacy-1"', lambda row: row["targetId"] == "legacy-1"),
            (
                'aboutUserId: "legacy-1"',
                lambda row: "legacy-1" in (row["targetId"], row["actorId"]) or "@user:legacy-1" in row["targetId"],
            ),
            (f'clientId: "{ROBOT}"', lambda row: row["clientId"] == ROBOT),
            ('ip: "203.0.113.7"', lambda row: row["ip"] == "203.0.113.7"),
            (
                'ip: "203.0.113.7", action: "user.*"',
                lambda row: row["ip"] == "203.0.113.7" and row["action"].startswith("user."),
            ),
            ('requestId: "test-request"', lambda row: row["requestId"] == "test-request"),
            (
                'after: "2026-01-01T00:02:00Z", before: "2026-01-01T00:06:00Z"',
                lambda row: "2026-01-01T00:02:00Z" <= row["occurredAt"] < "2026-01-01T00:06:00Z",
            ),
        ],
    ),
    "tuples": Listing(
        "tuples",
        "id entity { type id } relation subject { type id relation }",
        {None: (lambda row: int(row["id"].removeprefix("tup_")), False)},
        [
            ("", lambda row: True),
            ('entityType: "groups"', lambda row: row["entity"]["type"] == "groups"),
            ('entityType: "group", entityId: "g1"', lambda row: row["entity"] == {"type": "group", "id": "g1"}),
            ('relation: "viewer"', lambda row: row["relation"] == "viewer"),
            (
                'subjectType: "user", subjectId: "legacy-1"',
                lambda row: row["subject"] == {"type": "user", "id": "legacy-1", "relation": ""},
            ),
            ('subjectRelation: "member"', lambda row: row["subject"]["relation"] == "member"),
            ('subjectRelation: "", relation: "viewer"', lambda row: False),
            ('entityType: "nothing"', lambda row: False),
        ],
    ),
    "initialAccessTokens": Listing(
        "initialAccessTokens",
        "id name createdAt",
        {None: (_by("createdAt"), True)},
        [("", lambda row: True)],
    ),
    "identityProviders": Listing(
        "identityProviders",
        "id name createdAt isEnabled",
        {"NAME_ASC": (_by("name"), False), "CREATED_AT_DESC": (_by("createdAt"), True)},
        [("", lambda row: True), ("isEnabled: false", lambda row: not row["isEnabled"])],
    ),
    "registrationContexts": Listing(
        "registrationContexts",
        "id slug clientId isEnabled createdAt",
        {"SLUG_ASC": (_by("slug"), False), "CREATED_AT_DESC": (_by("createdAt"), True)},
        [
            ("", lambda row: True),
            ("isEnabled: false", lambda row: not row["isEnabled"]),
            ("isPlatformWide: true", lambda row: row["clientId"] is None),
            ("isPlatformWide: false, isEnabled: true", lambda row: row["clientId"] is not None and row["isEnabled"]),
            (f'clientId: "{ROBOT}"', lambda row: row["clientId"] == ROBOT),
        ],
    ),
    # Its orders and filters are arguments of the list itself: tests/policies.
    "policies": Listing("policies", "id name", {None: (_by("name"), False)}, [("", lambda row: True)]),
    "mails": Listing("mails", "id createdAt to", {None: (_by("createdAt"), True)}, [("", lambda row: True)]),
}
# Lists that are worked out, not read: `tests/authz/graph/test_lists.py`.
ANSWERS = {"listObjects", "listSubjects", "whoCan"}
MATRIX = [
    pytest.param(listing, order, index, id=f"{name} {order or ''} {listing.filters[index][0]}")
    for name, listing in LISTINGS.items()
    for order in listing.orders
    for index in range(len(listing.filters))
]


_REGISTERED = "UPDATE clients_client SET source = 'registration' WHERE id = $1"


async def fill(field: str = "") -> None:
    """Rows with ties, gaps, mixed case and letters beyond ASCII. What is new only where it is asked for.

    Without them all audit events are on one page.
    """
    forget_clients()
    async with unit_of_work():
        for n, name in enumerate(NAMES):
            # Every second row has the moment of the one before it.
            with clock.frozen(START + timedelta(minutes=n // 2 * 2)):
                new = NewUser(id=f"legacy-{n}", email=f"{'maxine' if n == 8 else 'u'}{9 - n}@Example.com", name=name)
                user = await register_user(SYSTEM, new)
                if n % 3 == 0:
                    await record_sign_in(user.id)
                await begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="a browser")
                await begin_session(SYSTEM, user, amr=("pwd",), acr="1", browser_id="another")
                if n % 4 == 2:
                    await ban_user(as_user("usr_reader", client_id=ROBOT if n == 2 else None), user.id)
                kind = ClientKind.MACHINE if n % 2 else ClientKind.WEB
                uris = ("https://app.example/cb",) if kind is ClientKind.WEB else ()
                made = await create_client(SYSTEM, NewClient(name=f"{name} Shop", kind=kind, redirect_uris=uris))
                if n % 5 == 0:
                    await update_client(SYSTEM, made.client.id, ClientChanges(is_enabled=False))
                if n % 4 == 1:
                    await db.execute(_REGISTERED, made.client.id)
                await send_invitation(user)
                if field == "initialAccessTokens":
                    await create_initial_token(SYSTEM, NewInitialToken(name=f"{name} token"))
                if field == "identityProviders":
                    await create_provider(SYSTEM, provider_named(name, n))
                await write_tuples(SYSTEM, TupleWrite(touch=tuple(map(RelationTuple, tuples_of(user.id, n)))))
        fill_more = {"apiKeys": fill_keys, "registrationContexts": fill_contexts, "policies": fill_policies}.get(field)
        if fill_more is not None:
            await fill_more()


async def fill_policies() -> None:
    """Policies of the installation."""
    for n in range(len(NAMES)):
        await save_policy(SYSTEM, PolicyDraft(scope="", name=f"p-{7 * n % 10}", source="return true"))


def provider_named(name: str | None, n: int) -> NewProvider:
    return NewProvider(
        slug=f"p{n}", name=f"{name} there", kind=ProviderKind.OIDC, issuer="https://there.example", client_id="us",
        client_secret="secret", is_enabled=n % 3 != 0,
    )  # fmt: skip


async def fill_contexts() -> None:
    """Contexts of the platform and of a client."""
    robot = NewClient(name="Robot", kind=ClientKind.MACHINE)
    await declare_client(DeclaredClient(id=ROBOT, client=robot, secret="a-secret-for-tests-of-32-characters"))
    model = "model\n  schema 1.1\ntype user\ntype a\n  relations\n    define b: [user]\n"
    await save_model(SYSTEM, ModelDraft(ROBOT, model))
    for n in range(len(NAMES)):
        client_id, grant = (ROBOT, Grant(f"{ROBOT}:a", "b")) if n % 3 == 1 else (None, Grant("platform", "member"))
        new = NewContext(
            slug=f"c-{7 * n % 10}", name=f"Context {n}", grants=(grant,), client_id=client_id, is_enabled=n % 4 != 0
        )
        with clock.frozen(START + timedelta(minutes=n // 2 * 2)):
            await create_context(SYSTEM, new)


async def fill_keys() -> None:
    """Keys of two users and a client."""
    robot = NewClient(name="Robot", kind=ClientKind.MACHINE)
    with clock.frozen(START + timedelta(hours=1)):
        await declare_client(DeclaredClient(id=ROBOT, client=robot, secret="a-secret-for-tests-of-32-characters"))
    for n, name in enumerate(NAMES):
        user_id, client_id = (None, ROBOT) if n % 3 == 1 else (f"legacy-{9 - n % 3}", None)
        new = NewApiKey(name=name or "Key", owner_user_id=user_id, owner_client_id=client_id)
        with clock.frozen(START + timedelta(hours=1, minutes=n // 2 * 2)):
            made = await create_key(SYSTEM, new)
            if n % 4 == 1:
                await disable_key(SYSTEM, made.key.id)
            if n % 5 < 3:
                await touch_keys({made.key.id: START + timedelta(hours=2, minutes=-(n // 3))})


def tuples_of(user_id: str, n: int) -> list[TupleKey]:
    return [
        TupleKey("group", f"g{n}", "member", "user", user_id),
        TupleKey("groups", f"g{n}", "admin", "user", user_id),
        TupleKey("clients", "*", "admin", "user", user_id),
        TupleKey("groups", f"g{n}", "viewer", "group", f"g{n}", "member"),
    ]


def source_of(listing: Listing, order: str | None, condition: str) -> str:
    sort = f", sort: {order}" if order else ""
    return f"""query ($first: Int, $after: String, $last: Int, $before: String) {{
        {listing.field}(first: $first, after: $after, last: $last, before: $before, {"filter: {" + condition + "}" if condition else ""}{sort}) {{
            nodes {{ {listing.selection} }} edges {{ cursor node {{ id }} }} totalCount
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
        }}
    }}"""  # noqa: E501


async def ask(source: str, field: str, **variables: Any) -> dict[str, Any]:
    page: dict[str, Any] = (await read(source, variables, actor=READER))[field]
    assert [edge["node"]["id"] for edge in page["edges"]] == [node["id"] for node in page["nodes"]]
    cursors = [edge["cursor"] for edge in page["edges"]]
    ends = (cursors[0], cursors[-1]) if cursors else (None, None)
    assert (page["pageInfo"]["startCursor"], page["pageInfo"]["endCursor"]) == ends
    return page


async def plain(listing: Listing, order: str | None, index: int) -> list[str]:
    """What the list must be, by filtering and sorting all rows here."""
    rows = (await ask(source_of(listing, None, ""), listing.field, first=100))["nodes"]
    key, is_descending = listing.orders[order]
    wanted = [row for row in rows if listing.filters[index][1](row)]
    return [row["id"] for row in sorted(wanted, key=key, reverse=is_descending)]


@pytest.mark.parametrize(("listing", "order", "index"), MATRIX)
async def test_pages_forward_and_backward_are_the_whole_list(listing: Listing, order: str | None, index: int) -> None:
    with clock.frozen(START), deciding(usr_reader=ALL_PERMISSIONS):
        await fill(listing.field)
        expected = await plain(listing, order, index)
        source = source_of(listing, order, listing.filters[index][0])
        whole = await ask(source, listing.field, first=100)
        forward = await walk_forward(source, listing.field, 3)
        backward = await walk_backward(source, listing.field, 4)

    assert [node["id"] for node in whole["nodes"]] == expected
    assert whole["totalCount"] == len(expected)
    assert forward == expected
    assert backward == expected


async def walk_forward(source: str, field: str, size: int) -> list[str]:
    found: list[str] = []
    cursor, has_more = None, True
    while has_more:
        page = await ask(source, field, first=size, after=cursor)
        assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        found += [node["id"] for node in page["nodes"]]
        assert len(found) == len(set(found))
        cursor, has_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert len(page["nodes"]) == size or not has_more
    return found


async def walk_backward(source: str, field: str, size: int) -> list[str]:
    found: list[str] = []
    cursor, has_more = None, True
    while has_more:
        page = await ask(source, field, last=size, before=cursor)
        assert page["pageInfo"]["hasNextPage"] is (cursor is not None)
        found = [node["id"] for node in page["nodes"]] + found
        assert len(found) == len(set(found))
        cursor, has_more = page["pageInfo"]["startCursor"], page["pageInfo"]["hasPreviousPage"]
    return found


def test_every_connection_order_and_filter_is_in_the_matrix() -> None:
    assert graphql_schema.query_type is not None
    for name, field in graphql_schema.query_type.fields.items():
        if "first" not in field.args or name in ANSWERS:
            continue
        listing = LISTINGS[name]
        if "sort" in field.args:
            assert listing.orders.keys() == field.args["sort"].type.of_type.values.keys()
        if "filter" in field.args:
            conditions = " ".join(condition for condition, _ in listing.filters)
            assert [each for each in field.args["filter"].type.fields if f"{each}:" not in conditions] == []


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ("first: 0", "LIMIT_REACHED", "kit_page_size"),
        ("first: -1", "LIMIT_REACHED", "kit_page_size"),
        ("first: 101", "LIMIT_REACHED", "kit_page_size"),
        ("last: 101", "LIMIT_REACHED", "kit_page_size"),
        ("first: 1, last: 1", "BAD_USER_INPUT", "kit_page_conflict"),
        ('last: 1, after: "x"', "BAD_USER_INPUT", "kit_page_conflict"),
        ('before: "x"', "BAD_USER_INPUT", "kit_page_conflict"),
        ('after: "nonsense"', "BAD_USER_INPUT", "kit_cursor"),
        ('after: ""', "BAD_USER_INPUT", "kit_cursor"),
    ],
)
@pytest.mark.parametrize("field", LISTINGS)
async def test_a_page_that_cannot_be_is_refused(field: str, arguments: str, code: str, reason: str) -> None:
    with deciding(usr_reader=ALL_PERMISSIONS):
        assert await refusal(f"{{ {field}({arguments}) {{ nodes {{ id }} }} }}", actor=READER) == (code, reason)


@pytest.mark.parametrize("field", LISTINGS)
async def test_twenty_when_nothing_is_said(field: str) -> None:
    with clock.frozen(START), deciding(usr_reader=ALL_PERMISSIONS):
        await fill(field)
        explicit = await read(f"{{ {field}(first: 20) {{ nodes {{ id }} }} }}", actor=READER)
        silent = await read(f"{{ {field} {{ nodes {{ id }} }} }}", actor=READER)
        null = await read(f"{{ {field}(first: null, after: null) {{ nodes {{ id }} }} }}", actor=READER)

    assert explicit == silent == null


async def test_a_cursor_belongs_to_its_list_and_order() -> None:
    with clock.frozen(START), deciding(usr_reader=ALL_PERMISSIONS):
        await fill()
        page = await read("{ users(first: 1, sort: EMAIL_ASC) { pageInfo { endCursor } } }", actor=READER)
        cursor = page["users"]["pageInfo"]["endCursor"]
        for field, order in (
            ("users", ", sort: NAME_ASC"),
            ("users", ""),
            ("clients", ""),
            ("apiKeys", ""),
            ("mails", ""),
        ):
            source = f'{{ {field}(after: "{cursor}"{order}) {{ nodes {{ id }} }} }}'
            assert await refusal(source, actor=READER) == ("BAD_USER_INPUT", "kit_cursor")
        changed = ("A" if cursor[-5] != "A" else "B").join((cursor[:-5], cursor[-4:]))
        source = f'{{ users(after: "{changed}", sort: EMAIL_ASC) {{ nodes {{ id }} }} }}'
        assert await refusal(source, actor=READER) == ("BAD_USER_INPUT", "kit_cursor")


@pytest.mark.parametrize(
    ("one", "edge"),
    [("user", "sessions"), ("user", "auditEvents"), ("user", "tuples"), ("user", "apiKeys"), ("client", "apiKeys")],
)
async def test_pages_below_a_list_are_those_of_each_alone(one: str, edge: str) -> None:
    with clock.frozen(START), deciding(usr_reader=ALL_PERMISSIONS):
        await fill(edge)
        inner = f"{edge}(first: 2) {{ nodes {{ id }} totalCount pageInfo {{ hasNextPage endCursor }} }}"
        together = (await read(f"{{ {one}s {{ nodes {{ id {inner} }} }} }}", actor=READER))[f"{one}s"]["nodes"]
        alone = [
            (await read(f'{{ {one}(id: "{node["id"]}") {{ id {inner} }} }}', actor=READER))[one] for node in together
        ]
        first = together[0]
        cursor = first[edge]["pageInfo"]["endCursor"]
        following = await read(
            f'{{ {one}(id: "{first["id"]}") {{ {edge}(first: 2, after: "{cursor}") {{ nodes {{ id }} }} '
            f"all: {edge}(first: 100) {{ nodes {{ id }} }} }} }}",
            actor=READER,
        )

    assert together == alone
    everything = [node["id"] for node in following[one]["all"]["nodes"]]
    assert [node["id"] for node in following[one][edge]["nodes"]] == everything[2:4]
    assert first[edge]["totalCount"] == len(everything)


@pytest.mark.parametrize(("one", "owner"), [("user", "legacy-9"), ("user", "legacy-7"), ("client", ROBOT)])
async def test_keys_below_an_owner_are_those_of_the_list_newest_first(one: str, owner: str) -> None:
    with clock.frozen(START), deciding(usr_reader=ALL_PERMISSIONS):
        await fill("apiKeys")
        rows = (await read("{ apiKeys { nodes { id createdAt owner { type id } } } }", actor=READER))["apiKeys"][
            "nodes"
        ]
        page = "apiKeys { nodes { id } totalCount }"
        found = (await read(f'{{ {one}(id: "{owner}") {{ {page} }} }}', actor=READER))[one]["apiKeys"]

    own = [row for row in rows if row["owner"] == {"type": one, "id": owner}]
    expected = [row["id"] for row in sorted(own, key=_by("createdAt"), reverse=True)]
    assert len(expected) >= 3
    assert ([node["id"] for node in found["nodes"]], found["totalCount"]) == (expected, len(expected))
