"""Policies that tuples and models name: whether they exist, and what names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from app.authz.engine.schema import Schema
from app.authz.engine.system import SYSTEM_TYPE_IDS
from app.authz.errors_policies import PolicyUnknown
from app.authz.queries.head import lock_head, read_head
from app.authz.queries.models import read_type_ids
from app.authz.queries.usage import count_with_policies
from app.authz.service.schemas import current_schema
from app.authz.types.tuples import POLICY_PREFIX, RelationTuple, TupleKey, policy_of
from app.kit.errors import AppError
from app.policies.service import names_in
from app.policies.types import PolicyKey, Usage

# Permissions that are told by name.
_MAX_NAMED: Final = 10

Path = tuple[str, ...]
# A tuple, the policy that it names, the path of its input.
Named = tuple[TupleKey, str, Path]


def named_policies(tuples: Iterable[tuple[RelationTuple, Path]]) -> list[Named]:
    """The tuples that name a policy."""
    return [
        (each.key, policy, (*path, "policy"))
        for each, path in tuples
        if (policy := policy_of(each.condition)) is not None
    ]


class PolicyUses:
    """What refers to policies, for the room that keeps them: `bind_users` takes it."""

    async def count(self, keys: Collection[PolicyKey]) -> Mapping[PolicyKey, Usage]:
        """Permissions of the models in force and tuples that stand, by the policy that they name."""
        head = await read_head()
        schema = await current_schema(head.model_revision)
        names: dict[PolicyKey, list[str]] = {key: [] for key in keys}
        for compiled in schema.types.values():
            for each in compiled.permissions.values():
                if each.policy is not None and (compiled.scope, each.policy) in names:
                    names[compiled.scope, each.policy].append(f"{compiled.name}.{each.name}")
        tuples = await _count_tuples(keys)
        return {key: Usage(len(found), tuples[key], tuple(sorted(found)[:_MAX_NAMED])) for key, found in names.items()}

    async def freeze(self) -> None:
        """Whoever writes tuples or models waits until our unit of work ends."""
        await lock_head()


async def _count_tuples(keys: Collection[PolicyKey]) -> Counter[PolicyKey]:
    """Also on types that no model defines any more: they may come back."""
    scopes = {scope for scope, _ in keys}
    ids = {number: scope for (scope, _), number in (await read_type_ids()).items() if scope in scopes}
    if "" in scopes:
        ids |= dict.fromkeys(SYSTEM_TYPE_IDS.values(), "")
    found: Counter[PolicyKey] = Counter()
    for number, condition, count in await count_with_policies([POLICY_PREFIX + name for _, name in keys], list(ids)):
        found[ids[number], condition.removeprefix(POLICY_PREFIX)] += count
    return found


async def find_unknown_policies(schema: Schema, named: Iterable[Named]) -> list[AppError]:
    """Tuples whose policy does not exist where the type of their entity belongs. One statement for each scope.

    Call it behind the head's lock: while it is held, no policy is deleted that something newly refers to.
    """
    scopes = {each: schema.types[each[0].entity_type].scope for each in named}
    known = {scope: await names_in(scope) for scope in sorted(set(scopes.values()))}
    return [
        PolicyUnknown(str(key), policy, *path)
        for (key, policy, path), scope in scopes.items()
        if policy not in known[scope]
    ]
