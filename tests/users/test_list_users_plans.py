"""Lists of users stay quick when there are many: an index for every order, search and sign-in."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest

from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.paging import PageRequest
from app.users.service import count_users, find_by_email, find_by_login, get_users, list_users
from app.users.types import UserFilter, UserSort, UserStatus

_FILL = """
INSERT INTO users_user (id, email, email_verified, username, name, attributes, banned_at, created_at, updated_at,
                        last_sign_in_at)
SELECT 'usr_' || n, md5(n::text) || '@example.com', n % 2 = 0, 'user' || n, md5((n * 7)::text), '{}',
       CASE WHEN n % 500 = 0 THEN now() END, now() - n * interval '1 minute', now(),
       CASE WHEN n % 3 = 0 THEN now() - n * interval '1 second' END
FROM generate_series(1, 20000) n
"""
EVERYBODY = UserFilter()


@pytest.fixture
async def crowd(database: None) -> None:
    """Twenty thousand users."""
    await db.execute(_FILL)
    await db.execute("VACUUM ANALYZE users_user")


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def plan_of(work: Awaitable[object], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Node types in the plans of the statements that a service call runs, with the very same parameters."""
    found: set[str] = set()
    run = {name: getattr(db, name) for name in ("fetch", "fetch_row", "fetch_value")}

    def explaining(name: str) -> Any:
        async def explain_and_run(sql: str, *args: object) -> object:
            explained = await run["fetch_value"](f"EXPLAIN (FORMAT JSON) {sql}", *args)
            found.update(nodes(json.loads(explained)[0]["Plan"]))
            return await run[name](sql, *args)

        return explain_and_run

    with monkeypatch.context() as patch:
        for name in run:
            patch.setattr(db, name, explaining(name))
        await work
    assert found
    return found


async def cursor_in_the_middle(sort: UserSort) -> str:
    place = None
    for _ in range(3):
        page = await list_users(SYSTEM, EVERYBODY, sort, PageRequest(first=100, after=place))
        place = page.cursors[-1]
    assert place is not None
    return place


async def test_every_order_reads_an_index_from_any_place_in_both_directions(
    crowd: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: dict[tuple[str, str], set[str]] = {}
    for sort in UserSort:
        middle = await cursor_in_the_middle(sort)
        for name, page in {
            "first": PageRequest(),
            "after": PageRequest(after=middle),
            "last": PageRequest(last=20),
            "before": PageRequest(last=20, before=middle),
        }.items():
            plans[sort.name, name] = await plan_of(list_users(SYSTEM, EVERYBODY, sort, page), monkeypatch)

    assert {place: plan for place, plan in plans.items() if plan != {"Limit", "Index Scan"}} == {}
    assert len(plans) == 8 * 4


async def test_no_filter_reads_the_whole_table(crowd: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "active": UserFilter(status=UserStatus.ACTIVE),
        "banned": UserFilter(status=UserStatus.BANNED),
        "verified": UserFilter(email_verified=True),
        "anywhere": UserFilter(search="user12345"),
        "beginning": UserFilter(search="ab"),
        "id": UserFilter(search="usr_777"),
    }

    plans = {
        (sort.name, name): await plan_of(list_users(SYSTEM, chosen, sort, PageRequest()), monkeypatch)
        for sort in UserSort
        for name, chosen in wanted.items()
    }

    assert {place: plan for place, plan in plans.items() if "Seq Scan" in plan} == {}


async def test_finding_and_counting_few_users_reads_an_index(crowd: None, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "f1c1592588411002af340cbaedd6fc33@example.com"

    plans = {
        "username": await plan_of(find_by_login("user777"), monkeypatch),
        "address": await plan_of(find_by_login(address), monkeypatch),
        "nobody": await plan_of(find_by_login("nobody"), monkeypatch),
        "e-mail": await plan_of(find_by_email(address), monkeypatch),
        "ids": await plan_of(get_users([f"usr_{n}" for n in range(1, 101)]), monkeypatch),
        "count banned": await plan_of(count_users(SYSTEM, UserFilter(status=UserStatus.BANNED)), monkeypatch),
        "count found": await plan_of(count_users(SYSTEM, UserFilter(search="user12345")), monkeypatch),
    }

    assert {name: plan for name, plan in plans.items() if "Seq Scan" in plan} == {}
