"""The policies in force as this process knows them: remembered until they change, and for a second at most.

A trigger tells `app.kit.recall` of each change, and whoever changes one in this process forgets it before it answers.
A process that does not hear remembers nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from time import monotonic
from typing import Final

from app.kit.recall import Memory, forget_after_commit
from app.policies.queries import policies as queries
from app.policies.types import Policy, PolicyKey

# Whatever goes unheard is not believed for longer.
MAX_AGE_SECONDS: Final = 1.0
# With sources of 10 KB at most.
_MAX_REMEMBERED: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Known:
    """A policy as it was at a moment; None: there was none of its name."""

    policy: Policy | None
    read_at: float


_remembered: Memory[_Known] = Memory(_MAX_REMEMBERED)


async def read_current(keys: Collection[PolicyKey]) -> dict[PolicyKey, Policy]:
    """Those that exist, as they were at most `MAX_AGE_SECONDS` ago; in one statement, or in none.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    known = {key: held for key in keys if (held := _recall(key)) is not None}
    missing = [key for key in keys if key not in known]
    if missing:
        read_at, begun = monotonic(), _remembered.begin()
        found = await queries.find_by_keys(missing)
        for key in missing:
            known[key] = _Known(found.get(key), read_at)
            _remembered.keep(begun, name_of(key), known[key], [name_of(key)])
    return {key: held.policy for key, held in known.items() if held.policy is not None}


def forget_policy(key: PolicyKey) -> None:
    """Forget a policy once the open unit of work is committed, before its edge answers."""
    forget_after_commit(name_of(key))


def name_of(key: PolicyKey) -> str:
    """The name by which a change of a policy is told; the trigger makes the same one."""
    scope, name = key
    return f"policies:{scope}/{name}"


def _recall(key: PolicyKey) -> _Known | None:
    held = _remembered.recall(name_of(key))
    return held if held is not None and monotonic() - held.read_at < MAX_AGE_SECONDS else None
