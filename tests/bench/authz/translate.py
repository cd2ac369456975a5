"""Our models and tuples in SpiceDB's words. OpenFGA reads our text as it is.

A relation that is stored and derived as well (`[user] or editor`) becomes two there: what is stored goes into
`NAME_direct`. Models that are split already, as those of `shapes`, translate one to one.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.authz.engine.schema import find_direct
from app.authz.types.model import Arrow, Computed, Direct, DirectType, Exclusion, Intersection, Model, Rewrite, Union
from tests.bench.authz.shapes import Fact


class Spicedb:
    """A model for SpiceDB.

    Attributes:
        schema: in its language.
    """

    def __init__(self, model: Model) -> None:
        self._stored: dict[tuple[str, str], str] = {}
        self.schema = "\n".join(line for each in model.types for line in self._definition(each.name, model))

    def fact(self, fact: Fact) -> Fact:
        """A tuple under the name that its relation is stored by."""
        return fact._replace(relation=self._stored[fact.entity_type, fact.relation])

    def _definition(self, name: str, model: Model) -> Iterator[str]:
        definition = next(each for each in model.types if each.name == name)
        yield f"definition {name} {{"
        for relation in definition.relations:
            direct = find_direct(relation.rewrite)
            is_plain = isinstance(relation.rewrite, Direct)
            stored = relation.name if is_plain else f"{relation.name}_direct"
            if direct is not None:
                self._stored[name, relation.name] = stored
                yield f"  relation {stored}: {' | '.join(map(_kind, direct.types))}"
            if not is_plain:
                yield f"  permission {relation.name} = {_expression(relation.rewrite, stored)}"
        yield "}"


def _kind(each: DirectType) -> str:
    assert each.condition is None
    if each.is_wildcard:
        return f"{each.type}:*"
    return f"{each.type}#{each.relation}" if each.relation else each.type


def _expression(rewrite: Rewrite, stored: str) -> str:
    if isinstance(rewrite, Direct):
        return stored
    if isinstance(rewrite, Computed):
        return rewrite.relation
    if isinstance(rewrite, Arrow):
        return f"{rewrite.tupleset}->{rewrite.relation}"
    if isinstance(rewrite, Exclusion):
        return f"({_expression(rewrite.base, stored)} - {_expression(rewrite.subtracted, stored)})"
    assert isinstance(rewrite, Union | Intersection)
    sign = " + " if isinstance(rewrite, Union) else " & "
    return f"({sign.join(_expression(part, stored) for part in rewrite.parts)})"
