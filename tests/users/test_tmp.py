"""Listing users: every sort with every filter, against a plain re-implementation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.kit import clock, db
from app.kit.actor import SYSTEM
from app.kit.errors import InvalidInput, LimitReached
from app.kit.paging import COUNT_BOUND, PageRequest
from app.users.service import count_users, get_users, list_users
from app.users.types import User, UserFilter, UserSort, UserStatus
from tests.support import as_user, assert_needs, counted_statements, deciding, make_user
from tests.users.support import expected_list, store_users

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
EVERYBODY = UserFilter()

moments = st.integers(-3, 3).map(lambda hours: MOMENT + hours * HOUR)
bans = st.sampled_from(
    [
        (None, None),
        (MOMENT - HOUR, None),
        (MOMENT - HOUR, MOMENT + HOUR),
        (MOMENT - HOUR, MOMENT),
        (MOMENT - HOUR, MOMENT - HOUR),
    ]
)
# Characters whose lower case differs between Python and PostgreSQL, that LIKE gives a meaning, that sort oddly.
texts = st.text(st.sampled_from("aAbZß%_\\ \u0130Σσéǅ'-1😀"), max_size=5)
people = st.lists(st.tuples(texts, st.none() | texts, st.booleans(), bans, moments, st.none() | moments), max_size=12)
searches = texts | st.sampled_from(["example", "@ex", "usr_3", "USR_3", "u3", "u1@", "%", "_", "\\"])
statuses, verified = st.sampled_from(UserStatus), st.booleans()
filters = st.one_of(
    st.just(EVERYBODY),
    st.builds(UserFilter, search=searches),
    st.builds(UserFilter, status=statuses),
    st.builds(UserFilter, email_verified=verified),
    st.builds(UserFilter, created_after=moments),
    st.builds(UserFilter, created_before=moments),
    st.builds(
        UserFilter,
        search=st.none() | searches,
        status=st.none() | statuses,
        email_verified=st.none() | verified,
        created_after=st.none() | moments,
        created_before=st.none() | moments,
    ),
)


async def store(drawn: list[tuple[object, ...]]) -> list[User]:
    await db.execute("TRUNCATE users_user CASCADE")
    rows = [
        (
            f"usr_{n}",
            f"{str(local).replace(' ', '')}u{n}@example.com",
            verified,
            f"u{n}" if n % 2 else None,
            name,
            *ban,
            created,
            seen,
        )
        for n, (local, name, verified, ban, created, seen) in enumerate(drawn)  # type: ignore[misc]
    ]
    await store_users(rows)
    return list((await get_users([str(row[0]) for row in rows])).values())


@hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=people, wanted=filters, sort=st.sampled_from(UserSort), size=st.integers(1, 5), is_backward=st.booleans())
async def test_every_list_is_what_sorting_and_filtering_by_hand_gives(
    drawn: list[tuple[object, ...]], wanted: UserFilter, sort: UserSort, size: int, is_backward: bool
) -> None:
    with clock.frozen(MOMENT):
        expected = expected_list(await store(drawn), wanted, sort)
        walked: list[User] = []
        place = None
        while True:
            request = PageRequest(last=size, before=place) if is_backward else PageRequest(first=size, after=place)
            page = await list_users(SYSTEM, wanted, sort, request)
            walked = [*page.items, *walked] if is_backward else [*walked, *page.items]
            if not (page.has_previous if is_backward else page.has_next):
                break
            place = page.cursors[0 if is_backward else -1]

        assert [user.id for user in walked] == [user.id for user in expected]
        assert len(expected) < 2
        assert await count_users(SYSTEM, wanted) == len(expected)


async def test_listing_needs_the_permission() -> None:
    await assert_needs(
        "users.view", lambda actor: list_users(actor, EVERYBODY, UserSort.CREATED_AT_DESC, PageRequest())
    )


async def test_counting_needs_the_permission() -> None:
    await assert_needs("users.view", lambda actor: count_users(actor, EVERYBODY))


async def test_an_admin_with_the_permission_lists_and_counts() -> None:
    user = await make_user()
    admin = as_user("usr_admin")

    with deciding(usr_admin={"users.view"}):
        page = await list_users(admin, EVERYBODY, UserSort.CREATED_AT_DESC, PageRequest())
        assert page.items == (user,)
        assert await count_users(admin, EVERYBODY) == 1


async def test_a_page_is_one_statement() -> None:
    await make_user()

    with counted_statements() as statements:
        await list_users(SYSTEM, UserFilter(search="ada", status=UserStatus.ACTIVE), UserSort.NAME_ASC, PageRequest())

    assert len(statements) == 1


async def test_names_whose_lower_case_python_and_the_database_disagree_on_are_not_skipped() -> None:
    names = ["Σ", "ΟΔΟΣ", "ΟΔΟΣ 2", "\u0130stanbul", "i", "İ", "ς"]
    for n, name in enumerate(names):
        await make_user(f"u{n}@example.com", name=name)

    found: list[str | None] = []
    place = None
    for _ in names:
        page = await list_users(SYSTEM, EVERYBODY, UserSort.NAME_ASC, PageRequest(first=1, after=place))
        found += [user.name for user in page.items]
        place = page.cursors[-1]

    assert sorted(map(str, found)) == sorted(names)


@pytest.mark.parametrize("term", ["ΟΔΟΣ", "οδοσ", "\u0130stanbul"])
async def test_a_search_finds_what_the_database_calls_the_same(term: str) -> None:
    user = await make_user(name=f"x {term} x")

    page = await list_users(SYSTEM, UserFilter(search=term), UserSort.NAME_ASC, PageRequest())

    assert page.items == (user,)


async def test_a_whole_id_is_found_by_searching() -> None:
    user = await make_user()
    await make_user("eve@example.com")

    for term in (user.id, f" {user.id} "):
        page = await list_users(SYSTEM, UserFilter(search=term), UserSort.NAME_ASC, PageRequest())
        assert page.items == (user,)


async def test_a_search_for_what_no_user_can_hold_is_refused_not_a_fault() -> None:
    with pytest.raises(InvalidInput):
        await list_users(SYSTEM, UserFilter(search="nul\0"), UserSort.NAME_ASC, PageRequest())


async def test_a_cursor_of_another_order_is_refused() -> None:
    await make_user()
    page = await list_users(SYSTEM, EVERYBODY, UserSort.EMAIL_ASC, PageRequest())

    for sort in set(UserSort) - {UserSort.EMAIL_ASC}:
        with pytest.raises(InvalidInput):
            await list_users(SYSTEM, EVERYBODY, sort, PageRequest(after=page.cursors[0]))


async def test_more_than_a_page_holds_is_refused() -> None:
    with pytest.raises(LimitReached):
        await list_users(SYSTEM, EVERYBODY, UserSort.EMAIL_ASC, PageRequest(first=101))


async def test_counting_stops_past_its_bound() -> None:
    await db.execute(
        "INSERT INTO users_user (id, email, email_verified, attributes, created_at, updated_at) "
        "SELECT 'usr_' || n, 'u' || n || '@example.com', false, '{}', now(), now() FROM generate_series(1, $1::int) n",
        COUNT_BOUND + 5,
    )

    assert await count_users(SYSTEM, EVERYBODY) == COUNT_BOUND + 1
