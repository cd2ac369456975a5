"""How much a caller may ask for per minute, in points of cost, together in all processes.

A process counts what its callers spend by itself, and tells PostgreSQL only whenever another fiftieth of a budget is
spent; then it hears what all processes told. So most callers never cause a write, and none gets more than the budget
and, of each process, the part that it has not told yet.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from app.kit import clock
from app.kit.actor import Actor
from app.kit.errors import TooMany
from app.kit.limits import RateLimit, address_bucket, count_hit, window_rest
from app.kit.runtime import settings

WINDOW: Final = timedelta(minutes=1)
# A part of the budget that a process may not have told yet.
UNTOLD_PART: Final = 50
# What a document costs that asks for nothing, or cannot run.
LEAST_COST: Final = 1
# Callers of one minute that a process remembers.
_MOST_KNOWN: Final = 50_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How a caller's budget stands after an operation.

    Attributes:
        limit, remaining: points of this minute.
        requested: points that the operation cost.
        resets_at: when the minute is over.
    """

    limit: int
    remaining: int
    requested: int
    resets_at: datetime


class OverBudget(TooMany):
    """A caller has asked for too much in this minute."""

    def __init__(self, rate: Rate, wait: timedelta) -> None:
        super().__init__(
            "graph_budget",
            f"You have {rate.remaining} of {rate.limit} points left in this minute, and this costs {rate.requested}.",
            retry_after=wait,
        )
        self.rate = rate


@dataclass(slots=True)
class _Account:
    """What a caller has spent in a window: as the processes told, and what this one has not told.

    INVARIANT: `untold` stays below a part of the budget, so nothing is spent while something is being told.
    """

    window: int
    told: int = 0
    untold: int = 0
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)


class Budgets:
    """The budgets of one process."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    async def spend(self, actor: Actor, cost: int) -> Rate | None:
        """Take points from a caller's budget, `LEAST_COST` at least; None when there is no limit.

        Raises:
            OverBudget: `graph_budget`; nothing is taken.
        """
        limit = limit_of(actor)
        if limit is None:
            return None
        account, cost = self._account(actor), max(cost, LEAST_COST)
        async with account.telling:
            if account.told + account.untold + cost > limit.hits:
                raise _refused(limit, account, cost)
            if account.untold + cost < max(1, limit.hits // UNTOLD_PART):
                account.untold += cost
            else:
                await _tell(limit, account, actor, cost)
        return _rate(limit, account, cost)

    async def charge(self, actor: Actor, cost: int) -> None:
        """Take points for what was refused after work on it: all that is left when that is less.

        Raises:
            OverBudget: `graph_budget`, other processes have spent what seemed to be left.
        """
        rate = self.look(actor)
        if rate is not None and rate.remaining:
            await self.spend(actor, min(cost, rate.remaining))

    def require_some(self, actor: Actor) -> None:
        """Let a caller pass who has anything left.

        Raises:
            OverBudget: `graph_budget`.
        """
        limit = limit_of(actor)
        if limit is not None:
            account = self._account(actor)
            if account.told + account.untold + LEAST_COST > limit.hits:
                raise _refused(limit, account, LEAST_COST)

    def look(self, actor: Actor) -> Rate | None:
        """How a caller's budget stands; None when there is no limit."""
        limit = limit_of(actor)
        return None if limit is None else _rate(limit, self._account(actor), 0)

    def forget(self) -> None:
        """Begin anew, as a process that has just started."""
        self._accounts.clear()

    def _account(self, actor: Actor) -> _Account:
        bucket, window = _bucket(actor), int(clock.now().timestamp() // WINDOW.total_seconds())
        account = self._accounts.get(bucket)
        if account is None or account.window != window:
            account = self._accounts[bucket] = _Account(window)
            if len(self._accounts) > _MOST_KNOWN:
                self._accounts.popitem(last=False)
        self._accounts.move_to_end(bucket)
        return account


budgets: Final = Budgets()


def show_cost(requested: int, rate: Rate | None) -> dict[str, object]:
    """`extensions.cost` of an answer."""
    if rate is None:
        return {"requested": requested}
    return {
        "requested": rate.requested,
        "limit": rate.limit,
        "remaining": rate.remaining,
        "resetAt": rate.resets_at,
    }


def limit_of(actor: Actor) -> RateLimit | None:
    """The budget of a caller: its own, or that of its address when nobody calls; None when there is no limit."""
    chosen = settings()
    points = chosen.graphql_budget if actor.id is not None else chosen.graphql_anonymous_budget
    return RateLimit("graphql:cost", points, WINDOW) if points else None


async def _tell(limit: RateLimit, account: _Account, actor: Actor, cost: int) -> None:
    """Tell what was spent, and `cost` with it; take it back when all processes together spent too much."""
    account.told = await count_hit(limit, _bucket(actor), cost=account.untold + cost)
    account.untold = 0
    if account.told > limit.hits:
        account.told -= cost
        await count_hit(limit, _bucket(actor), cost=-cost)
        raise _refused(limit, account, cost)


def _bucket(actor: Actor) -> str:
    """Whose budget it is: an API key spends that of its owner, who may have many keys."""
    return actor.owner_id or actor.id or address_bucket(actor.origin.ip)


def _rate(limit: RateLimit, account: _Account, cost: int) -> Rate:
    remaining = max(0, limit.hits - account.told - account.untold)
    resets_at = datetime.fromtimestamp((account.window + 1) * WINDOW.total_seconds(), UTC)
    return Rate(limit.hits, remaining, cost, resets_at)


def _refused(limit: RateLimit, account: _Account, cost: int) -> OverBudget:
    return OverBudget(_rate(limit, account, cost), window_rest(limit))
