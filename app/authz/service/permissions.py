"""All permissions of a subject within a client: what its tokens carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson

from app.authz.engine.grants import Grant, pack
from app.authz.engine.schema import CompiledType
from app.authz.service.access import guard_question
from app.authz.service.sources import AnswerSource, open_own_source
from app.authz.types.granted import Granted
from app.authz.types.tuples import EVERY, SUBJECT_TYPES, SubjectRef
from app.kit.actor import Actor
from app.kit.runtime import settings

_NOTHING = Granted()


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
    source = await open_own_source()
    types = _types(source, scope, with_platform=with_platform)
    if not types or subject.type not in source.compiled.schema.types:
        return _NOTHING
    grants, is_cut = await source.find_grants(subject, types)
    return _bounded(grants, max_bytes or settings().token_permissions_max_bytes, is_cut=is_cut)


async def list_permissions(actor: Actor, subject: SubjectRef, scope: str) -> Granted:
    """The permissions of a subject on the types of a scope: what a token would hold.

    Raises:
        Forbidden, Unauthenticated: about another subject, without `manage_access`.
    """
    await guard_question(actor, subject, scope)
    return await resolve_permissions(subject, scope, with_platform=not scope)


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
