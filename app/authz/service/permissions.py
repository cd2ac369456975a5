"""All permissions of a subject within a client: what its tokens carry."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import orjson

from app.authz.engine.grants import Grant, pack
from app.authz.engine.schema import CompiledType
from app.authz.service.access import find_refused, subject_of
from app.authz.service.sources import AnswerSource, open_own_source
from app.authz.types.granted import Granted
from app.authz.types.tuples import EVERY, SUBJECT_TYPES, SubjectRef
from app.kit.actor import Actor
from app.kit.errors import AppError
from app.kit.runtime import settings

# Whose permissions, within which client (empty: Auther itself).
Asked = tuple[SubjectRef, str]

_NOTHING = Granted()
# Subjects that are looked at side by side, sharing round trips.
_TOGETHER: Final = 100


async def resolve_permissions(
    subject: SubjectRef, scope: str, *, with_platform: bool, max_bytes: int | None = None
) -> Granted:
    """The permissions of a subject on the types of a client, as a token holds them. No guard: for protocol code.

    From memory where the index has all that this process wrote, without a statement.

    Args:
        scope: the client whose types count.
        with_platform: also what guards Auther itself, and the installation's own types.
        max_bytes: the largest pair of maps as JSON; grants on single entities are left out beyond.
    """
    return await _resolve(await open_own_source(), subject, scope, with_platform=with_platform, max_bytes=max_bytes)


async def list_permissions_of(asked: Sequence[Asked], actor: Actor) -> dict[Asked, Granted | AppError]:
    """The permissions of subjects on the types of scopes, from one state, or why the actor may not ask for these.

    They are what a token would hold.
    """
    source = (await open_own_source()).joined()
    refused = await find_refused(actor, source, asked)
    found: dict[Asked, Granted | AppError] = {
        each: refused[each[1]] for each in asked if each[1] in refused and each[0] != subject_of(actor)
    }
    left = [each for each in asked if each not in found]
    for start in range(0, len(left), _TOGETHER):
        part = left[start : start + _TOGETHER]
        granted = await asyncio.gather(
            *(_resolve(source, subject, scope, with_platform=not scope) for subject, scope in part)
        )
        found |= zip(part, granted, strict=True)
    return found


async def _resolve(
    source: AnswerSource, subject: SubjectRef, scope: str, *, with_platform: bool, max_bytes: int | None = None
) -> Granted:
    types = _types(source, scope, with_platform=with_platform)
    if not types or subject.type not in source.compiled.schema.types:
        return _NOTHING
    grants, is_cut = await source.find_grants(subject, types)
    return _bounded(grants, max_bytes or settings().token_permissions_max_bytes, is_cut=is_cut)


def _types(source: AnswerSource, scope: str, *, with_platform: bool) -> Sequence[CompiledType]:
    schema = source.compiled.schema
    found = list(schema.scoped(scope)) if scope else []
    if with_platform:
        found += [each for each in schema.scoped("") if each.name not in SUBJECT_TYPES]
    return found


def _bounded(grants: Sequence[Grant], max_bytes: int, *, is_cut: bool) -> Granted:
    if not is_cut:
        packed = pack(grants)
        if len(orjson.dumps([packed.permissions, packed.abac_required])) <= max_bytes:
            return packed
    return replace(pack(each for each in grants if each.id == EVERY), is_truncated=True)
