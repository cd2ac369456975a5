"""What one process is made of: bound once by the composition root, read everywhere.

Tests bind another with `override`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.kit.crypto import Keyring
from app.kit.settings import Settings

if TYPE_CHECKING:
    from app.kit.actor import Actor
    from app.kit.guard import Decider


class _NobodyMay:
    async def permissions_of(self, actor: Actor) -> frozenset[str]:
        return frozenset()

    async def recent_permissions_of(self, actor: Actor) -> frozenset[str]:
        return frozenset()

    async def permissions_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        return {}

    async def reach_of_many(self, actors: Sequence[Actor]) -> dict[Actor, frozenset[str]]:
        return dict.fromkeys(actors, frozenset())


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    keyring: Keyring
    decider: Decider


_runtime: Runtime | None = None


def runtime() -> Runtime:
    """What this process runs with.

    Raises:
        RuntimeError: before `bind_runtime`.
    """
    if _runtime is None:
        raise RuntimeError("bind_runtime has not been called")
    return _runtime


def settings() -> Settings:
    """The settings in force."""
    return runtime().settings


def keyring() -> Keyring:
    """The keys derived from the root secret."""
    return runtime().keyring


def bind_runtime(chosen: Settings, decider: Decider | None = None) -> Runtime:
    """Make this the runtime of the process. Without a decider every guard denies."""
    global _runtime
    current, *previous = chosen.root_secrets
    _runtime = Runtime(chosen, Keyring(current, tuple(previous)), decider or _NobodyMay())
    return _runtime


@contextmanager
def override(**changes: object) -> Iterator[Settings]:
    """Run a block with some settings changed (for tests); the changed settings are validated."""
    global _runtime
    unknown = changes.keys() - Settings.model_fields.keys()
    if unknown:
        raise TypeError(f"no such setting: {', '.join(sorted(unknown))}")
    before = runtime()
    changed = Settings.model_validate({**before.settings.model_dump(), **changes})
    current, *previous = changed.root_secrets
    _runtime = replace(before, settings=changed, keyring=Keyring(current, tuple(previous)))
    try:
        yield changed
    finally:
        _runtime = before
