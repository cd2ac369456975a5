"""Lists of keys against a plain re-implementation: every sort, filter and way of paging."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.api_keys.service import (
    actor_of_key,
    count_keys,
    count_keys_of,
    disable_key,
    get_keys,
    guard_keys_of,
    list_keys,
    list_keys_of,
    may_view_key,
)
from app.api_keys.types import ApiKey, ApiKeyFilter, ApiKeySort, Owner, OwnerKind
from app.clients.types import ClientKind
from app.kit import clock, db
from app.kit.actor import ANONYMOUS, SYSTEM, Actor, ActorKind
from app.kit.errors import Forbidden, InvalidInput, LimitReached, Unauthenticated
from app.kit.guard import ALL_PERMISSIONS
from app.kit.paging import PageRequest
from tests.api_keys.support import make_client_key, make_key, relate
from tests.clients.support import make_client
from tests.support import ORIGIN, as_user, commit, counted_statements, deciding, make_user

NAMES = ["beta", "Alpha", "alpha", "Ärger", "zeta 100%", "a_b", "aXb", "Backup", "backup two", "漢字", "Alpha", "b\\c"]
BY_NAME = {ApiKeySort.NAME_ASC, ApiKeySort.NAME_DESC}
BY_USE = {ApiKeySort.LAST_USED_AT_ASC, ApiKeySort.LAST_USED_AT_DESC}
DESCENDING = {ApiKeySort.NAME_DESC, ApiKeySort.CREATED_AT_DESC, ApiKeySort.LAST_USED_AT_DESC}
SEARCHES = ["alpha", "ALPHA", "a", "al", "%", "_", "a_b", "\\", "字", "key_", "no", " "]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stage:
    user_id: str
    client_id: str
    keys: list[ApiKey]

    def filters(self) -> list[ApiKeyFilter]:
        return [
            ApiKeyFilter(),
            ApiKeyFilter(is_enabled=True),
            ApiKeyFilter(is_enabled=False),
            ApiKeyFilter(owner_user_id=self.user_id),
            ApiKeyFilter(owner_client_id=self.client_id, is_enabled=True),
            ApiKeyFilter(owner_user_id=self.user_id, search="alpha"),
            ApiKeyFilter(owner_user_id=self.user_id, owner_client_id=self.client_id),
            *(ApiKeyFilter(search=text) for text in SEARCHES),
        ]


@pytest.fixture
async def stage(database: None) -> AsyncIterator[Stage]:
    user, client = await make_user(), await make_client(ClientKind.MACHINE)
    ids = []
    with clock.frozen(datetime(2026, 6, 1, tzinfo=UTC)) as time:
        for n, name in enumerate(NAMES):
            if n % 3:
                time.advance(timedelta(microseconds=1))
            made = await (make_client_key(client.id, name=name) if n % 2 else make_key(user, name=name))
            if n % 4 == 0:
                await commit(disable_key(SYSTEM, made.key.id))
            if n % 3 == 0:
                moment = clock.now() + timedelta(minutes=n % 2)
                await db.execute("UPDATE api_keys_key SET last_used_at = $2 WHERE id = $1", made.key.id, moment)
            ids.append(made.key.id)
        yield Stage(user.id, client.id, [*(await get_keys(ids)).values()])


def matches(key: ApiKey, wanted: ApiKeyFilter) -> bool:
    term, name = (wanted.search or "").strip(), key.name.lower()
    is_named = term.lower() in name if len(term) >= 3 else name.startswith(term.lower())
    owners = [(OwnerKind.USER, wanted.owner_user_id), (OwnerKind.CLIENT, wanted.owner_client_id)]
    return (
        (is_named or key.id.startswith(term))
        and all(owner_id is None or key.owner == Owner(kind, owner_id) for kind, owner_id in owners)
        and (wanted.is_enabled is None or key.is_enabled is wanted.is_enabled)
    )


def place(key: ApiKey, sort: ApiKeySort) -> tuple[object, str]:
    if sort in BY_NAME:
        return key.name.lower().encode(), key.id
    return (key.last_used_at or EPOCH if sort in BY_USE else key.created_at), key.id


def in_order(keys: list[ApiKey], sort: ApiKeySort) -> list[str]:
    ordered = sorted(keys, key=lambda one: place(one, sort), reverse=sort in DESCENDING)
    return [key.id for key in ordered]


async def walk(wanted: ApiKeyFilter, sort: ApiKeySort, size: int, *, is_backward: bool) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = PageRequest(last=size, before=cursor) if is_backward else PageRequest(first=size, after=cursor)
        part = await list_keys(SYSTEM, wanted, sort, page)
        ids = [key.id for key in part.items]
        found = [*ids, *found] if is_backward else [*found, *ids]
        if not (part.has_previous if is_backward else part.has_next):
            return found
        cursor = part.cursors[0 if is_backward else -1]


async def test_every_sort_filter_and_direction_gives_what_a_plain_loop_gives(stage: Stage) -> None:
    for wanted, sort, is_backward in product(stage.filters(), ApiKeySort, (False, True)):
        expected = in_order([key for key in stage.keys if matches(key, wanted)], sort)

        assert await walk(wanted, sort, 5, is_backward=is_backward) == expected, (wanted, sort)
        assert await count_keys(SYSTEM, wanted) == len(expected)


async def test_a_page_is_one_statement(stage: Stage) -> None:
    for first in (1, 12):
        with counted_statements() as statements:
            page = await list_keys(SYSTEM, ApiKeyFilter(), ApiKeySort.NAME_ASC, PageRequest(first=first))
        assert (len(statements), len(page.items)) == (1, first)


async def test_keys_of_several_owners_come_in_one_statement(stage: Stage) -> None:
    ids = [stage.user_id, "usr_nobody"]
    with counted_statements() as statements:
        pages = await list_keys_of(ids, OwnerKind.USER, PageRequest(first=4))
        counts = await count_keys_of(ids, OwnerKind.USER)

    own = [key for key in stage.keys if key.owner.id == stage.user_id]
    assert len(statements) == 2
    assert [key.id for key in pages[stage.user_id].items] == in_order(own, ApiKeySort.CREATED_AT_DESC)[:4]
    assert (pages[stage.user_id].has_next, pages["usr_nobody"].items) == (True, ())
    assert counts == {stage.user_id: 6, "usr_nobody": 0}
    rest = await list_keys_of(ids, OwnerKind.USER, PageRequest(first=4, after=pages[stage.user_id].cursors[-1]))
    assert [key.id for key in rest[stage.user_id].items] == in_order(own, ApiKeySort.CREATED_AT_DESC)[4:]


async def test_cursors_of_another_list_and_absurd_pages_are_refused(stage: Stage) -> None:
    page = await list_keys(SYSTEM, ApiKeyFilter(), ApiKeySort.NAME_ASC, PageRequest(first=1))

    with pytest.raises(InvalidInput):
        await list_keys(SYSTEM, ApiKeyFilter(), ApiKeySort.NAME_DESC, PageRequest(after=page.cursors[0]))
    for size in (0, 101, 10**8):
        with pytest.raises(LimitReached):
            await list_keys(SYSTEM, ApiKeyFilter(), ApiKeySort.NAME_ASC, PageRequest(first=size))


async def test_all_keys_are_seen_with_the_permission_only(stage: Stage) -> None:
    async def look(actor: Actor, wanted: ApiKeyFilter) -> int:
        await list_keys(actor, wanted, ApiKeySort.NAME_ASC, PageRequest())
        return await count_keys(actor, wanted)

    with deciding(usr_lacking=ALL_PERMISSIONS - {"api_keys.view_all"}, usr_holding={"api_keys.view_all"}):
        for actor, error in (
            (ANONYMOUS, Unauthenticated),
            (as_user(stage.user_id), Forbidden),
            (as_user("usr_lacking"), Forbidden),
        ):
            with pytest.raises(error):
                await look(actor, ApiKeyFilter())
        assert await look(as_user("usr_holding"), ApiKeyFilter()) == 12
        assert await look(as_user("usr_holding"), ApiKeyFilter(owner_user_id=stage.user_id)) == 6


async def test_one_s_own_keys_and_those_one_manages_need_no_permission(stage: Stage) -> None:
    manager, client = await make_user("manager@example.com"), Actor(ActorKind.CLIENT, stage.client_id)
    await relate(f"clients:{stage.client_id}", "admin", manager.id)
    user, client_owner = Owner(OwnerKind.USER, stage.user_id), Owner(OwnerKind.CLIENT, stage.client_id)
    of_user, of_client = ApiKeyFilter(owner_user_id=user.id), ApiKeyFilter(owner_client_id=client_owner.id)

    for actor, wanted, owner in (
        (as_user(stage.user_id), of_user, user),
        (as_user(manager), of_client, client_owner),
        (client, of_client, client_owner),
    ):
        assert await count_keys(actor, wanted) == 6
        await guard_keys_of(actor, owner)
    for actor, wanted, owner in ((as_user(manager), of_user, user), (as_user(stage.user_id), of_client, client_owner)):
        with pytest.raises(Forbidden):
            await count_keys(actor, wanted)
        with pytest.raises(Forbidden):
            await guard_keys_of(actor, owner)


async def test_a_key_sees_itself(stage: Stage) -> None:
    first, second = stage.keys[:2]
    actor = actor_of_key(first, ORIGIN)

    assert [await may_view_key(actor, key) for key in (first, second)] == [True, False]
    assert not await may_view_key(ANONYMOUS, first)
