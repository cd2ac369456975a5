"""Policies that models and tuples of tests name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.authz.engine.policies import PolicyRunner, bind_policies
from app.authz.service.policies import PolicyRoom
from app.kit.actor import SYSTEM
from app.policies.service import names_in, save_policy
from app.policies.types import PolicyDraft
from tests.authz.people import exist
from tests.support import commit

FAILS = "error('nobody knows')"


async def keep_policies(scope: str, **sources: str) -> None:
    """Save policies of a client, which exists from now on, or (empty) of the installation."""
    if scope:
        await exist(f"client:{scope}")
    for name, source in sources.items():
        await commit(save_policy(SYSTEM, PolicyDraft(scope=scope, name=name, source=source)))


async def keep_missing_policies(scope: str, *names: str) -> None:
    """Save those of these policies that are not there: they fail, so what they guard is undecided."""
    known = await names_in(scope)
    await keep_policies(scope, **dict.fromkeys([each for each in names if each not in known], FAILS))


@contextmanager
def asking(runner: PolicyRunner | None = None) -> Iterator[None]:
    """Let checks ask policies: the real ones, or this runner, for the time of the block."""
    before = bind_policies(runner or PolicyRoom())
    try:
        yield
    finally:
        bind_policies(before)
