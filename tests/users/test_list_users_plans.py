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


@pytest.mark.parametrize("sort", UserSort)
async def test_every_order_reads_an_index_from_any_place_in_both_directions(
    crowd: None, monkeypatch: pytest.MonkeyPatch, sort: UserSort
) -> None:
    middle = await cursor_in_the_middle(sort)

    for page in (PageRequest(), PageRequest(after=middle), PageRequest(last=20), PageRequest(last=20, before=middle)):
        assert await plan_of(list_users(SYSTEM, EVERYBODY, sort, page), monkeypatch) == {"Limit", "Index Scan"}


@pytest.mark.parametrize("sort", UserSort)
@pytest.mark.parametrize(
    "wanted",
    [
        UserFilter(status=UserStatus.ACTIVE),
        UserFilter(status=UserStatus.BANNED),
        UserFilter(email_verified=True),
        UserFilter(search="user12345"),
        UserFilter(search="ab"),
        UserFilter(search="usr_777"),
    ],
    ids=["active", "banned", "verified", "anywhere", "beginning", "id"],
)
async def test_no_filter_reads_the_whole_table(
    crowd: None, monkeypatch: pytest.MonkeyPatch, sort: UserSort, wanted: UserFilter
) -> None:
    assert "Seq Scan" not in await plan_of(list_users(SYSTEM, wanted, sort, PageRequest()), monkeypatch)


@pytest.mark.parametrize("login", ["user777", "f1c1592588411002af340cbaedd6fc33@example.com", "nobody"])
async def test_signing_in_reads_an_index(crowd: None, monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    for find in (find_by_login, find_by_email):
        assert "Seq Scan" not in await plan_of(find(login), monkeypatch)


async def test_finding_many_reads_an_index(crowd: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"usr_{n}" for n in range(1, 101)]

    assert "Seq Scan" not in await plan_of(get_users(ids), monkeypatch)


@pytest.mark.parametrize("wanted", [UserFilter(status=UserStatus.BANNED), UserFilter(search="user12345")])
async def test_counting_the_few_reads_an_index(
    crowd: None, monkeypatch: pytest.MonkeyPatch, wanted: UserFilter
) -> None:
    assert "Seq Scan" not in await plan_of(count_users(SYSTEM, wanted), monkeypatch)
