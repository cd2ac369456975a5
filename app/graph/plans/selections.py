"""A selection of a plan: the fields of one object."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import GroupedFieldSet
from graphql.pyutils import Path
from graphql.pyutils.gather_with_cancel import gather_with_cancel

from app.graph.plans.fields import Field
from app.graph.plans.leaves import Write

if TYPE_CHECKING:
    from graphql.execution import Executor

    Running: TypeAlias = Executor[None]

Written: TypeAlias = dict[str, Any]


class Selection:
    """What is asked of an object of one type.

    Attributes:
        write: writes the attributes down; whatever it raises means that graphql-core has to look at them.
        is_plain: whether it needs nothing but attributes.
    """

    __slots__ = ("_blank", "_fields", "_grouped", "_kind", "is_plain", "write")

    def __init__(
        self,
        kind: GraphQLObjectType,
        grouped: GroupedFieldSet,
        attributes: Mapping[str, tuple[str, Write]],
        fields: Sequence[Field],
    ) -> None:
        """Take the fields apart.

        Args:
            attributes: by name in the answer, those that are written down as they are: attribute and way to write.
            fields: the others.
        """
        self._kind, self._grouped, self._fields = kind, grouped, tuple(fields)
        self.write = _writer(attributes)
        self._blank: Written = dict.fromkeys(grouped)
        self.is_plain = not fields

    def run(self, executor: Running, source: Any, path: Path | None) -> Written | Awaitable[Written]:
        """What the answer holds for an object, done or to be awaited.

        Raises:
            GraphQLError: a field failed that must not be null.
        """
        try:
            written = self.write(source)
        except Exception:  # noqa: BLE001 - nothing was called so far: graphql-core does it all
            return executor.execute_fields(self._kind, source, path, self._grouped, None)
        if self.is_plain:
            return written
        return self._run_fields(executor, source, path, self._blank | written)

    def run_serially(self, executor: Running, source: Any) -> Written | Awaitable[Written]:
        """The same for the fields of a mutation, each of which ends before the next begins.

        Raises:
            GraphQLError: a field failed that must not be null; those after it have not run.
        """
        try:
            written = self.write(source)
        except Exception:  # noqa: BLE001 - nothing was called so far: graphql-core does it all
            return executor.execute_fields_serially(self._kind, source, None, self._grouped, None)
        results = self._blank | written
        for done, field in enumerate(self._fields, start=1):
            value = field.run(executor, source, self._path(None, field))
            if executor.is_awaitable(value):
                return self._go_on(executor, source, results, (done, value))
            results[field.place.name] = value
        return results

    async def _go_on(
        self, executor: Running, source: Any, results: Written, first: tuple[int, Awaitable[Any]]
    ) -> Written:
        done, pending = first
        results[self._fields[done - 1].place.name] = await pending
        for field in self._fields[done:]:
            value = field.run(executor, source, self._path(None, field))
            results[field.place.name] = await value if executor.is_awaitable(value) else value
        return results

    def _run_fields(
        self, executor: Running, source: Any, path: Path | None, results: Written
    ) -> Written | Awaitable[Written]:
        waiting: list[str] = []
        try:
            for field in self._fields:
                name = field.place.name
                value = results[name] = field.run(executor, source, self._path(path, field))
                if executor.is_awaitable(value):
                    waiting.append(name)
        except Exception:
            if waiting:
                executor.settle_in_background([results[name] for name in waiting])
            raise
        return _gather(results, waiting) if waiting else results

    def _path(self, path: Path | None, field: Field) -> Path:
        return Path(path, field.place.name, self._kind.name)


async def _gather(results: Written, waiting: list[str]) -> Written:
    if len(waiting) == 1:
        results[waiting[0]] = await results[waiting[0]]
        return results
    found = await gather_with_cancel(*(results[name] for name in waiting))
    results.update(zip(waiting, found, strict=True))
    return results


def _writer(attributes: Mapping[str, tuple[str, Write]]) -> Callable[[Any], Written]:
    """Writes attributes down. Lists call it for each of their items, so the frequent ways are as short as can be."""
    if not attributes:
        return lambda _: {}
    if len(attributes) == 1:
        ((name, (attribute, write)),) = attributes.items()
        read = attrgetter(attribute)
        return lambda source: {name: write(read(source))}
    read_all = attrgetter(*(attribute for attribute, _ in attributes.values()))
    writes = tuple((name, write) for name, (_, write) in attributes.items())
    return lambda source: {name: write(value) for (name, write), value in zip(writes, read_all(source), strict=True)}
