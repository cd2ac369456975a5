"""All permissions of a subject within a client: what its tokens carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import orjson

from app.authz.engine.grants import Grant, find_grants, pack
from app.authz.engine.schema import CompiledType
from app.authz.service.access import MANAGE_ACCESS, MANAGE_PLATFORM, guard_question
from app.authz.service.sources import AnswerSource, open_source
from app.authz.types.answers import Freshness, FreshnessMode
from app.authz.types.granted import Granted
from app.authz.types.tuples import EVERY, SUBJECT_TYPES, SubjectRef
from app.kit.actor import Actor
from app.kit.guard import guard
from app.kit.runtime import settings

_NOTHING = Granted()
_FRESHNESS = Freshness(FreshnessMode.MINIMIZE_LATENCY)


async def resolve_permissions(
    subject: SubjectRef, scope: str, *, with_platform: bool, max_bytes: int | None = None
) -> Granted:
    """The permissions of a subject on the types of a client, as a token holds them. No guard: for protocol code.

    Args:
        scope: the client whose types count.
        with_platform: also what guards Auther itself, and the installation's own types.
        max_bytes: the largest pair of maps as JSON; grants on single entities are left out beyond.
    """
    source = await open_source(_FRESHNESS)
    types = _types(source, scope, with_platform=with_platform)
    if not types or subject.type not in source.compiled.schema.types:
        return _NOTHING
    grants, is_cut = await find_grants(source.compiled.rules, source.compiled.graph, source.reader, subject, types)
    return _bounded(grants, max_bytes or settings().token_permissions_max_bytes, is_cut=is_cut)


async def list_permissions(actor: Actor, subject: SubjectRef, scope: str) -> Granted:
    """The permissions of a subject on the types of a scope: what a token would hold.

    Raises:
        Forbidden, Unauthenticated: about another subject, without `manage_access`.
    """
    await guard_question(actor, subject, scope)
    return await resolve_permissions(subject, scope, with_platform=not scope)


async def list_all_permissions(actor: Actor, subject: SubjectRef) -> Granted:
    """The permissions of a subject everywhere: on the platform and on the types of every client, however many.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform` and `clients.manage_access`.
    """
    await guard(actor, MANAGE_PLATFORM)
    await guard(actor, MANAGE_ACCESS)
    source = await open_source(_FRESHNESS)
    types = [each for each in source.compiled.schema.types.values() if each.permissions]
    grants, is_cut = await find_grants(source.compiled.rules, source.compiled.graph, source.reader, subject, types)
    return replace(pack(grants), is_truncated=is_cut)


def _types(source: AnswerSource, scope: str, *, with_platform: bool) -> Sequence[CompiledType]:
    schema = source.compiled.schema
    found = list(schema.scoped(scope)) if scope else []
    if with_platform:
        found += [each for each in schema.scoped("") if each.name not in SUBJECT_TYPES]
    return found


def _bounded(grants: Iterable[Grant], max_bytes: int, *, is_cut: bool) -> Granted:
    everything = list(grants)
    packed = pack(everything)
    if is_cut:
        return replace(pack(_everywhere(everything)), is_truncated=True)
    if len(orjson.dumps([packed.permissions, packed.abac_required])) <= max_bytes:
        return packed
    return replace(pack(_everywhere(everything)), is_truncated=True)


def _everywhere(grants: Iterable[Grant]) -> list[Grant]:
    return [each for each in grants if each.entity.id == EVERY]
