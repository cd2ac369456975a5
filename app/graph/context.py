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


class Prepared:
    """What a mutation made before its unit of work began, until its resolver takes it."""

    def __init__(self) -> None:
        self._value: object = None

    def put(self, value: object) -> None:
        """Hand a value over, in place of one that nobody took."""
        self._value = value

    def take(self, kind: type[Value]) -> Value:
        """The value, once.

        Raises:
            LookupError: none of this kind was put (a mistake in our code).
        """
        value, self._value = self._value, None
        if not isinstance(value, kind):
            raise LookupError(f"no {kind.__name__} was prepared")
        return value


@dataclass(frozen=True, slots=True)
class Context:
    """One request. `session` is set when the caller is signed in by cookie."""

    actor: Actor
    session: ResolvedSession | None = None
    loaders: Loaders = field(default_factory=Loaders)
    prepared: Prepared = field(default_factory=Prepared)


Info: TypeAlias = strawberry.Info[Context, None]


def _batch(
    fetch: Callable[..., Awaitable[Mapping[Key, Value | AppError]]], arguments: tuple[Hashable, ...]
) -> Callable[[Sequence[Key]], Any]:
    # The loader raises what is an exception, for its key alone.
    async def load(keys: Sequence[Key]) -> list[Value | AppError | None]:
        found = await fetch(list(keys), *arguments)
        return [found.get(key) for key in keys]

    return load
