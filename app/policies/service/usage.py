"""The port to whoever refers to policies by name: models and tuples, which stand on a higher floor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from app.policies.types import PolicyKey, Usage


class Users(Protocol):
    """Knows what refers to policies."""

    async def count(self, keys: Collection[PolicyKey]) -> Mapping[PolicyKey, Usage]:
        """What refers to each, for many of them in a constant number of statements."""
        ...

    async def freeze(self) -> None:
        """Let nothing refer to a policy newly until our unit of work ends."""
        ...


class _NoUsers:
    async def count(self, keys: Collection[PolicyKey]) -> Mapping[PolicyKey, Usage]:
        return {}

    async def freeze(self) -> None:
        return


_users: Users = _NoUsers()


def bind_users(users: Users) -> Users:
    """Ask this one what refers to policies; the one before it."""
    global _users
    before, _users = _users, users
    return before


async def count_usage(keys: Collection[PolicyKey]) -> dict[PolicyKey, Usage]:
    """What refers to policies. No guard: for dataloaders behind one."""
    found = await _users.count(keys)
    return {key: found.get(key, Usage()) for key in keys}


async def freeze_usage() -> None:
    """Let nothing refer to a policy newly until our unit of work ends."""
    await _users.freeze()
