"""What callers may ask for per minute: counted by cost, shared between processes, told in each answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.api_keys.service import actor_of_key
from app.events.service import seal_chain
from app.graph import budget
from app.graph.admission import REFUSED_COST
from app.graph.budget import UNTOLD_PART, Budgets, OverBudget
from app.graph.registered import registered_documents
from app.kit import clock
from app.kit.actor import ANONYMOUS, Actor, ActorKind, Origin
from app.kit.errors import Unavailable
from app.kit.runtime import override
from tests.api_keys.support import make_client_key, make_key
from tests.events.support import DoorOpened, tell
from tests.graph.live import CSRF, Live, headers_of
from tests.graph.test_callers import make_client, sign_in
from tests.support import as_user, commit, counted_statements, make_admin, make_user

NOON = datetime(2026, 1, 31, 12, 0, 12, tzinfo=UTC)
ADA, BOB = as_user("usr_ada"), as_user("usr_bob")


async def spend_all(own: Budgets, actor: Actor, cost: int) -> int:
    """How many points a process lets a caller spend until it refuses."""
    spent = 0
    while True:
        try:
            await own.spend(actor, cost)
        except OverBudget:
            return spent
        spent += cost


async def test_a_budget_is_spent_and_comes_back_with_the_next_minute() -> None:
    own = Budgets()
    with override(graphql_budget=1_000), clock.frozen(NOON) as frozen:
        first = await own.spend(ADA, 700)
        with pytest.raises(OverBudget) as caught:
            await own.spend(ADA, 301)
        last = await own.spend(ADA, 300)
        frozen.advance(timedelta(seconds=48))
        after = await own.spend(ADA, 1_000)

    assert first is not None
    assert (first.limit, first.remaining, first.requested) == (1_000, 300, 700)
    assert first.resets_at == NOON + timedelta(seconds=48)
    assert (caught.value.code, caught.value.retry_after) == ("graph_budget", timedelta(seconds=48))
    assert last is not None
    assert after is not None
    assert (last.remaining, after.remaining) == (0, 0)


async def test_each_caller_has_a_budget() -> None:
    own = Budgets()
    one, other = (ANONYMOUS.at(Origin(ip=ip)) for ip in ("2001:db8::1", "203.0.113.9"))
    neighbour = ANONYMOUS.at(Origin(ip="2001:db8::2"))
    key = Actor(ActorKind.API_KEY, "key_one")
    with override(graphql_budget=100, graphql_anonymous_budget=50):
        spent = [await spend_all(own, actor, 10) for actor in (ADA, BOB, key, one, other, neighbour)]

    assert spent == [100, 100, 100, 50, 50, 0]


async def test_nothing_is_counted_without_a_limit() -> None:
    own = Budgets()
    with override(graphql_budget=0, graphql_anonymous_budget=0), counted_statements() as statements:
        assert await own.spend(ADA, 10**9) is None
        assert await own.spend(ANONYMOUS, 10**9) is None
        own.require_some(ADA)
        assert own.look(ADA) is None

    assert statements == []


async def test_what_costs_nothing_costs_a_point() -> None:
    own = Budgets()
    with override(graphql_budget=3):
        assert await spend_all(own, ADA, 1) == 3
        with pytest.raises(OverBudget):
            await own.spend(ADA, 0)


async def test_few_requests_cause_no_write_and_many_a_write_for_each_part() -> None:
    own = Budgets()
    with override(graphql_budget=10_000), clock.frozen(NOON):
        with counted_statements() as few:
            for _ in range(10_000 // UNTOLD_PART - 1):
                await own.spend(ADA, 1)
        with counted_statements() as many:
            for _ in range(10_000 - 10_000 // UNTOLD_PART + 1):
                await own.spend(ADA, 1)

    assert (len(few), len(many)) == (0, UNTOLD_PART)


async def test_processes_together_give_no_more_than_the_budget_and_what_they_have_not_told() -> None:
    limit, cost = 5_000, 7
    processes = [Budgets() for _ in range(4)]
    with override(graphql_budget=limit), clock.frozen(NOON):
        spent = sum(await asyncio.gather(*(spend_all(own, ADA, cost) for own in processes for _ in range(5))))

    assert limit - cost < spent <= limit + len(processes) * limit // UNTOLD_PART


async def test_a_process_that_starts_late_hears_of_the_rest() -> None:
    early, late = Budgets(), Budgets()
    with override(graphql_budget=1_000), clock.frozen(NOON):
        assert await spend_all(early, ADA, 10) == 1_000

        assert await spend_all(late, ADA, 10) < 1_000 // UNTOLD_PART
        rate = late.look(ADA)
    assert rate is not None
    assert rate.remaining == 0


async def test_what_is_refused_is_given_back() -> None:
    early, late = Budgets(), Budgets()
    with override(graphql_budget=1_000), clock.frozen(NOON):
        await early.spend(ADA, 900)
        with pytest.raises(OverBudget):
            await late.spend(ADA, 500)
        rate = await late.spend(ADA, 90)

    assert rate is not None
    assert rate.remaining == 10


async def test_what_could_not_be_told_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> int:
        raise Unavailable("kit_database_unavailable", "The database is away.")

    own = Budgets()
    with override(graphql_budget=1_000), clock.frozen(NOON):
        await own.spend(ADA, 15)
        with monkeypatch.context() as patched:
            patched.setattr(budget, "count_hit", away)
            with pytest.raises(Unavailable):
                await own.spend(ADA, 600)
        rate = await own.spend(ADA, 500)

    assert rate is not None
    assert rate.remaining == 485


async def test_answers_say_what_was_asked_for_and_what_is_left(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, await make_user())
    with override(graphql_budget=1_000), clock.frozen(NOON):
        answer = await browser.post(
            "/graphql",
            json={"query": "{ viewer { user { id } } rateLimit { limit remaining used resetAt } }"},
            headers=CSRF,
        )

    told = answer.json()
    resets_at = "2026-01-31T12:01:00Z"
    assert told["extensions"]["cost"] == {"requested": 3, "limit": 1_000, "remaining": 997, "resetAt": resets_at}
    assert told["data"]["rateLimit"] == {"limit": 1_000, "remaining": 997, "used": 3, "resetAt": resets_at}


async def test_answers_without_a_limit_say_what_was_asked_for(browser: httpx.AsyncClient) -> None:
    with override(graphql_anonymous_budget=0):
        answer = await browser.post("/graphql", json={"query": "{ server { version } rateLimit { limit } }"})

    assert answer.json()["extensions"]["cost"] == {"requested": 2}
    assert answer.json()["data"]["rateLimit"] is None


async def test_whoever_has_asked_for_too_much_waits(browser: httpx.AsyncClient) -> None:
    user = await make_user()
    await sign_in(browser, user)
    with override(graphql_budget=2, graphql_anonymous_budget=1_000), clock.frozen(NOON):
        answers = [
            await browser.post("/graphql", json={"query": "{ viewer { user { id } } }"}, headers=CSRF) for _ in range(2)
        ]
        browser.cookies.clear()
        other = await browser.post("/graphql", json={"query": "{ __typename }"})

    refused = answers[1]
    assert [answer.status_code for answer in (*answers, other)] == [200, 429, 200]
    assert refused.headers["retry-after"] == "48"
    assert refused.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert refused.json()["errors"][0]["extensions"]["reason"] == "graph_budget"
    assert refused.json()["extensions"]["cost"]["remaining"] == 0


async def test_documents_that_cannot_run_are_paid_for(browser: httpx.AsyncClient) -> None:
    with override(graphql_anonymous_budget=2 * REFUSED_COST), clock.frozen(NOON):
        answers = [await browser.post("/graphql", json={"query": "{ nonsense }"}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]


async def test_documents_that_are_not_of_their_id_are_paid_for(browser: httpx.AsyncClient) -> None:
    body = {"documentId": next(iter(registered_documents())), "query": "#\n" * 60_000 + "{ __typename }"}
    with override(graphql_anonymous_budget=2 * REFUSED_COST), clock.frozen(NOON):
        answers = [await browser.post("/graphql", json=body) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert answers[0].json()["errors"][0]["extensions"]["reason"] == "graph_document_mismatch"


async def test_unregistered_documents_of_a_session_are_paid_for(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, await make_user())
    with override(graphql_ad_hoc="operators", graphql_budget=2 * REFUSED_COST), clock.frozen(NOON):
        answers = [
            await browser.post("/graphql", json={"query": "{ viewer { user { id } } }"}, headers=CSRF) for _ in range(3)
        ]

    assert [answer.status_code for answer in answers] == [403, 403, 429]


async def test_what_only_the_other_listener_answers_is_paid_for(browser: httpx.AsyncClient) -> None:
    with override(admin_port=9_443, graphql_anonymous_budget=2 * REFUSED_COST), clock.frozen(NOON):
        answers = [await browser.post("/graphql", json={"query": "{ users { nodes { id } } }"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [403, 403, 429]


async def test_a_refusal_takes_all_that_is_left_when_that_is_less(browser: httpx.AsyncClient) -> None:
    with override(graphql_anonymous_budget=REFUSED_COST - 1), clock.frozen(NOON):
        answers = [await browser.post("/graphql", json={"query": "{ nonsense }"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["extensions"]["cost"]["remaining"] == 0


async def test_asking_for_more_than_is_left_is_paid_for(browser: httpx.AsyncClient) -> None:
    with override(graphql_anonymous_budget=50), clock.frozen(NOON):
        large = await browser.post("/graphql", json={"query": "{ users(first: 100) { nodes { id } } }"})
        small = await browser.post("/graphql", json={"query": "{ __typename }"})

    assert (large.status_code, small.status_code) == (429, 429)


async def test_a_user_with_many_keys_has_one_budget() -> None:
    user, client = await make_user(), await make_client()
    keys = [(await make_key(user)).key for _ in range(2)] + [(await make_client_key(client.id)).key]
    own = Budgets()
    with override(graphql_budget=100):
        callers = [*(actor_of_key(key, Origin()) for key in keys), as_user(user)]
        spent = [await spend_all(own, actor, 10) for actor in callers]
        of_client = await spend_all(own, Actor(ActorKind.CLIENT, client.id), 10)

    assert (spent, of_client) == ([100, 0, 100, 0], 0)


async def test_events_of_a_stream_are_paid_for_and_it_ends_when_nothing_is_left(live: Live) -> None:
    admin = await make_admin()
    headers = await headers_of(admin)
    query = "subscription { auditEvents { cursor node { id } } }"
    await commit(seal_chain())
    with override(graphql_budget=8):
        async with live.events(query, headers=headers) as events:
            assert (await events.next())["node"] is None
            for target in ("one", "two", "three"):
                await tell(DoorOpened(target_id=target))
            await commit(seal_chain())
            seen = [await events.next() for _ in range(4)]

    assert [bool(each["node"]) for each in seen[:2]] == [True, True]
    assert seen[2:] == [("RATE_LIMITED", "graph_budget"), None]
