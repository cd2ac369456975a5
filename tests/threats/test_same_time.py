"""Whether an account exists: neither in what is answered, nor in what it costs, nor in how long it takes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.credentials.hashing import hasher
from app.kit import db
from app.kit.runtime import override
from tests.login.support import PASSWORD, Page, Visitor, make_person
from tests.support import counted_statements
from tests.threats.ranks import are_told_apart, p_of

PAIRS = 40
KNOWN, UNKNOWN = "ada@example.com", "eve@example.com"


@dataclass(frozen=True)
class Way:
    """A form that takes somebody's name."""

    page: str
    form: str
    field: str
    rest: tuple[tuple[str, str], ...] = ()

    async def ask(self, visitor: Visitor, page: Page, login: str) -> Page:
        return await visitor.submit(page, self.form, **{self.field: login, **dict(self.rest)})


WAYS = {
    "sign-in": Way("/signin", "signin-form", "identifier", (("password", "a wrong one"),)),
    "code by mail": Way("/signin", "signin-form", "identifier", (("action", "email"),)),
    "reset": Way("/password/forgot", "forgot-form", "identifier"),
    "sign-up": Way("/signup", "signup-form", "email", (("name", "Ada"), ("password", PASSWORD))),
}


@pytest.fixture(autouse=True)
def _open() -> Iterator[None]:
    with override(signup_policy="open"):
        yield


async def _forget() -> None:
    """What limits and slow-downs have counted, and what waits in the background."""
    for table in ("kit_counter", "credentials_throttle", "jobs_job"):
        await db.execute(f"DELETE FROM {table}")


async def _count(sql: str) -> int:
    return int(await db.fetch_value(f"SELECT count(*) FROM {sql}"))


async def _cost(visitor: Visitor, way: Way, login: str) -> dict[str, object]:
    """All that can be seen of one request, from outside and from inside."""
    await _forget()
    page, hashed, mails = await visitor.get(way.page), hasher().computed, await _count("mail_message")
    with counted_statements() as statements:
        answer = await way.ask(visitor, page, login)
    headers = {name: value for name, value in answer.response.headers.multi_items() if name != "x-request-id"}
    return {
        "status": answer.status,
        "text": answer.lasting.replace(login, "NAME"),
        "headers": {name: value for name, value in headers.items() if name not in {"set-cookie", "content-length"}},
        "cookies": sorted(cookie.partition("=")[0] for cookie in answer.response.headers.get_list("set-cookie")),
        "length": len(answer.response.content),
        "statements": [statement.split("$")[0] for statement in statements],
        "hashes": hasher().computed - hashed,
        "jobs": [row["kind"] for row in await db.fetch("SELECT kind FROM jobs_job ORDER BY kind")],
        "mails": await _count("mail_message") - mails,
    }


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_is_answered_and_done_is_the_same(visitor: Visitor, way: Way) -> None:
    await make_person(KNOWN)
    await _cost(visitor, way, "warm@example.com")

    known, unknown = [await _cost(visitor, way, login) for login in (KNOWN, UNKNOWN)]

    assert known == unknown
    assert known["mails"] == 0


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_it_takes_the_same_time(visitor: Visitor, way: Way) -> None:
    await make_person(KNOWN)
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    page = await visitor.get(way.page)
    shuffled = random.Random(1815)

    for _ in range(PAIRS):
        for login in shuffled.sample([KNOWN, UNKNOWN], 2):
            await _forget()
            started = time.perf_counter()
            await way.ask(visitor, page, login)
            taken[login].append(time.perf_counter() - started)

    assert not are_told_apart(taken[KNOWN], taken[UNKNOWN]), (p_of(*taken.values()), taken)


async def test_the_options_for_passkeys_name_nobody(visitor: Visitor) -> None:
    await make_person(KNOWN)
    shapes = []

    for login in (KNOWN, UNKNOWN):
        flow = await visitor.begin_flow(login_hint=login)
        with counted_statements() as statements:
            page = await visitor.get(f"/signin?flow={flow.id}")
        shapes.append((page.lasting.replace(login, "NAME").replace(flow.id, "FLOW"), len(statements)))

    assert shapes[0] == shapes[1]
    assert "allowCredentials&#34;: []" in shapes[0][0]


def test_durations_that_are_far_apart_are_told_apart() -> None:
    near = [10 + (number * 7 % 13) / 4 for number in range(PAIRS)]

    assert are_told_apart([2 * value for value in near], near)
    assert are_told_apart(near, [2 * value for value in near])


def test_durations_of_one_source_are_not_told_apart_whatever_the_noise() -> None:
    chance = random.Random(1815)
    samples = [[chance.lognormvariate(0, 1) for _ in range(PAIRS)] for _ in range(200)]

    assert not any(are_told_apart(samples[n], samples[n + 1]) for n in range(0, 200, 2))
    assert p_of([1.0] * PAIRS, [1.0] * PAIRS) == 1
