"""Keyset pages: the same as slicing a sorted list, with cursors that cannot be made or moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.kit import db
from app.kit.crypto import b64url, b64url_decode
from app.kit.errors import InvalidInput, LimitReached
from app.kit.paging import DEFAULT_PAGE, MAX_PAGE, Direction, Page, PageRequest, Sort, encode_cursor, keyset, make_page
from app.kit.runtime import override

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    hits: int
    expires_at: datetime


@dataclass(frozen=True)
class Order:
    """A sort, and the same order in plain Python."""

    sort: Sort
    key: Callable[[Row], tuple[object, ...]]


def orders(
    name: str, columns: tuple[str, ...], casts: tuple[str, ...], key: Callable[[Row], tuple[object, ...]]
) -> list[Order]:
    return [Order(Sort(f"test:{name}:{d.name}", columns, casts, d), key) for d in Direction]


ORDERS = [
    *orders("id", ("id",), ("int8",), lambda row: (row.id,)),
    *orders("hits", ("hits", "id"), ("int4", "int8"), lambda row: (row.hits, row.id)),
    *orders("name", ('lower(name) COLLATE "C"', "id"), ("text", "int8"), lambda row: (row.name.lower(), row.id)),
    *orders("expires", ("expires_at", "id"), ("timestamptz", "int8"), lambda row: (row.expires_at, row.id)),
]
NAMES = ("ada", "Ada", "bob", "", "o'hara", "zoë", "[1]", "a,b", "😀")
rows_strategy = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(-2, 2), st.integers(0, 3)), max_size=25)
with_database = hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def store(drawn: list[tuple[str, int, int]]) -> list[Row]:
    rows = [
        Row(n, name, hits, START + timedelta(microseconds=late)) for n, (name, hits, late) in enumerate(drawn, start=1)
    ]
    await db.execute("TRUNCATE kit_counter")
    await db.execute_many(
        "INSERT INTO kit_counter (id, name, bucket, window_start, hits, expires_at) VALUES ($1, $2, $3, 0, $4, $5)",
        [(row.id, row.name, str(row.id), row.hits, row.expires_at) for row in rows],
    )
    return rows


async def read_page(order: Order, request: PageRequest) -> Page[Row]:
    keys = keyset(order.sort, request, first_parameter=2)
    found = await db.fetch(
        f"SELECT id, name, hits, expires_at FROM kit_counter WHERE id > $1 AND {keys.where} "
        f"ORDER BY {keys.order} LIMIT {keys.limit}",
        0,
        *keys.args,
    )
    return make_page(order.sort, request, [Row(**dict(row)) for row in found], order.key)


def in_order(rows: list[Row], order: Order) -> list[Row]:
    return sorted(rows, key=order.key, reverse=order.sort.direction is Direction.DESC)


@with_database
@given(drawn=rows_strategy, order=st.sampled_from(ORDERS), size=st.integers(1, 8))
async def test_walking_forward_gives_every_row_once_in_order(
    drawn: list[tuple[str, int, int]], order: Order, size: int
) -> None:
    expected = in_order(await store(drawn), order)
    walked: list[Row] = []
    after = None

    while True:
        page = await read_page(order, PageRequest(first=size, after=after))
        walked += page.items
        assert page.has_previous is (after is not None)
        assert page.has_next is (len(walked) < len(expected))
        if not page.has_next:
            break
        assert len(page.items) == size
        after = page.cursors[-1]

    assert walked == expected


@with_database
@given(drawn=rows_strategy, order=st.sampled_from(ORDERS), size=st.integers(1, 8))
async def test_walking_backward_gives_every_row_once_in_order(
    drawn: list[tuple[str, int, int]], order: Order, size: int
) -> None:
    expected = in_order(await store(drawn), order)
    walked: list[Row] = []
    before = None

    while True:
        page = await read_page(order, PageRequest(last=size, before=before))
        walked = [*page.items, *walked]
        assert page.has_next is (before is not None)
        assert page.has_previous is (len(walked) < len(expected))
        if not page.has_previous:
            break
        assert len(page.items) == size
        before = page.cursors[0]

    assert walked == expected


@with_database
@given(drawn=rows_strategy.filter(bool), order=st.sampled_from(ORDERS), size=st.integers(1, 8), data=st.data())
async def test_any_row_is_a_place_to_go_on_from_in_both_directions(
    drawn: list[tuple[str, int, int]], order: Order, size: int, data: st.DataObject
) -> None:
    expected = in_order(await store(drawn), order)
    place = data.draw(st.integers(0, len(expected) - 1))
    cursor = encode_cursor(order.sort, order.key(expected[place]))

    after = await read_page(order, PageRequest(first=size, after=cursor))
    before = await read_page(order, PageRequest(last=size, before=cursor))

    assert list(after.items) == expected[place + 1 : place + 1 + size]
    assert list(before.items) == expected[max(0, place - size) : place]


async def test_a_place_stays_valid_when_its_row_is_gone() -> None:
    order = ORDERS[0]
    await store([("ada", 0, 0)] * 3)
    cursor = (await read_page(order, PageRequest(first=2))).cursors[-1]
    await db.execute("DELETE FROM kit_counter WHERE id = 2")

    page = await read_page(order, PageRequest(first=2, after=cursor))

    assert [row.id for row in page.items] == [3]


def cursor_of(sort: Sort) -> str:
    return encode_cursor(sort, (START, 7))


BY_TIME, BY_TIME_DESC = ORDERS[6].sort, ORDERS[7].sort


def test_a_cursor_of_another_list_or_order_is_refused() -> None:
    foreign = Sort("other:expires:ASC", BY_TIME.columns, BY_TIME.casts, BY_TIME.direction)

    for sort in (BY_TIME_DESC, foreign):
        with pytest.raises(InvalidInput) as caught:
            keyset(BY_TIME, PageRequest(after=cursor_of(sort)), first_parameter=1)
        assert (caught.value.code, caught.value.field) == ("kit_cursor", ("after",))


def test_a_cursor_made_under_another_secret_is_refused() -> None:
    with override(secret="another secret, thirty-two bytes or more"):
        foreign = cursor_of(BY_TIME)

    with pytest.raises(InvalidInput):
        keyset(BY_TIME, PageRequest(after=foreign), first_parameter=1)


def test_every_changed_byte_of_a_cursor_is_noticed() -> None:
    raw = b64url_decode(cursor_of(BY_TIME))

    for place in range(len(raw)):
        forged = b64url(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        with pytest.raises(InvalidInput):
            keyset(BY_TIME, PageRequest(after=forged), first_parameter=1)


@pytest.mark.parametrize(
    "cursor", ["", "x", "====", "not base64!", "zoë", "\ud800", pytest.param("A" * 100_000, id="long"), b64url(b"[1]")]
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        keyset(BY_TIME, PageRequest(after=cursor), first_parameter=1)

    assert caught.value.code == "kit_cursor"


@pytest.mark.parametrize(
    ("page", "size"),
    [
        (PageRequest(), DEFAULT_PAGE),
        (PageRequest(after="x"), DEFAULT_PAGE),
        (PageRequest(first=1), 1),
        (PageRequest(first=MAX_PAGE), MAX_PAGE),
        (PageRequest(last=MAX_PAGE), MAX_PAGE),
    ],
)
def test_a_page_holds_1_to_100_items_and_20_unless_told_otherwise(page: PageRequest, size: int) -> None:
    assert (DEFAULT_PAGE, MAX_PAGE) == (20, 100)
    assert page.size == size


@pytest.mark.parametrize("size", [0, -1, 101, 99_999_999])
@pytest.mark.parametrize("name", ["first", "last"])
def test_other_sizes_are_refused_by_name(name: str, size: int) -> None:
    with pytest.raises(LimitReached) as caught:
        _ = PageRequest(**{name: size}).size

    assert (caught.value.code, caught.value.field) == ("kit_page_size", (name,))


@pytest.mark.parametrize(
    "page",
    [
        PageRequest(first=1, last=1),
        PageRequest(first=1, before="x"),
        PageRequest(last=1, after="x"),
        PageRequest(before="x"),
        PageRequest(after="x", before="x"),
    ],
)
def test_both_directions_at_once_are_refused(page: PageRequest) -> None:
    with pytest.raises(InvalidInput) as caught:
        _ = page.size

    assert caught.value.code == "kit_page_conflict"
