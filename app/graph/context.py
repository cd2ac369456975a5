"""What a resolver knows of its request: who calls, and loaders that join what is asked for at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import strawberry
from aiodataloader import DataLoader

from app.kit.actor import Actor
from app.kit.errors import AppError
from app.sessions.types import ResolvedSession

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Loaders:
    """Joins single look-ups into one call of a service, and asks for nothing twice in a request."""

    def __init__(self) -> None:
        self._loaders: dict[tuple[Hashable, ...], DataLoader[Any, Any]] = {}

    async def load(
        self, fetch: Callable[..., Awaitable[Mapping[Key, Value | AppError]]], key: Key, *arguments: Hashable
    ) -> Value | None:
        """What `fetch` knows of the key, None if nothing.

        Args:
            fetch: takes all keys that were asked for together, then `arguments`.
            arguments: further arguments; only look-ups with the same ones are joined.

        Raises:
            AppError: what `fetch` gave for this key alone.
        """
        chosen = (fetch, *arguments)
        loader = self._loaders.get(chosen)
        if loader is None:
            loader = self._loaders[chosen] = DataLoader(_batch(fetch, arguments))
        found: Value | None = await loader.load(key)
        return found

    def forget(self) -> None:
        """Drop what was loaded: something has changed."""
        self._loaders.clear()


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `session` is set when the caller is signed in by cookie."""

    actor: Actor
    session: ResolvedSession | None = None
    loaders: Loaders = field(default_factory=Loaders)


Info: TypeAlias = strawberry.Info[Context, None]


def _batch(
    fetch: Callable[..., Awaitable[Mapping[Key, Value | AppError]]], arguments: tuple[Hashable, ...]
) -> Callable[[Sequence[Key]], Any]:
    # The loader raises what is an exception, for its key alone.
    async def load(keys: Sequence[Key]) -> list[Value | AppError | None]:
        found = await fetch(list(keys), *arguments)
        return [found.get(key) for key in keys]

    return load
