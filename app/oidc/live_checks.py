"""The live check: whoever holds an access token asks what the token alone does not settle.

A caller asks about itself. Types may be named without the prefix of the client that the token was given to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.authz.engine.listing import ObjectQuery
from app.authz.service.checks import check_many
from app.authz.service.lists import find_objects
from app.authz.service.naming import current_names
from app.authz.types import Answer, Check, EntityRef, SubjectRef
from app.kit.actor import Actor, ActorKind, Origin
from app.kit.errors import InvalidInput, LimitReached
from app.kit.paging import PageRequest
from app.oidc.access_tokens import find_access_token
from app.oidc.errors import BearerError, ErrorCode

# Checks of one request; its body is bounded as well.
MAX_CHECKS: Final = 1_000
_USER: Final = "user"


async def find_holder(token: str, origin: Origin) -> Actor:
    """The user behind a live access token, with the client that it was given to.

    Raises:
        BearerError: `invalid_token`.
    """
    access = await find_access_token(token)
    if access is None:
        raise BearerError(ErrorCode.INVALID_TOKEN, "The access token is not valid, expired, or was revoked.")
    approval = access.stored.grant.approval
    return Actor(
        ActorKind.USER,
        access.user.id,
        session_id=approval.session_id,
        client_id=approval.client_id,
        scopes=frozenset(access.scope),
        origin=origin,
    )


async def answer_checks(actor: Actor, asked: Sequence[object]) -> list[dict[str, object]]:
    """The answers to checks as they were sent, in their order.

    Raises:
        InvalidInput: `oidc_check_invalid`, one is not formed as it should be.
        LimitReached: `oidc_check_limit`.
    """
    if len(asked) > MAX_CHECKS:
        raise LimitReached("oidc_check_limit", f"A request has at most {MAX_CHECKS} checks.", field=("checks",))
    full_name = await _full_names(actor)
    checks = [_read(each, actor, n, full_name) for n, each in enumerate(asked)]
    answers = await check_many(actor, checks)
    return [
        _show(_text(each, "entityType", n), check, answer)
        for n, (each, check, answer) in enumerate(zip(asked, checks, answers, strict=True))
    ]


async def list_reachable(actor: Actor, params: Mapping[str, str]) -> dict[str, object]:
    """A page of the entities of a type that the holder has a permission on.

    Raises:
        InvalidInput, LimitReached: of the parameters. TypeUnknown, ActionUnknown: the question means nothing.
    """
    kind, permission = _text(params, "entityType", None), _text(params, "permission", None)
    first = params.get("first", "100")
    if not first.isascii() or not first.isdigit():
        raise _invalid("first is a number", "first")
    full_name = await _full_names(actor)
    query = ObjectQuery(_subject(actor), permission, full_name(kind), {})
    listed = await find_objects(actor, query, PageRequest(first=int(first[:9]), after=params.get("after")))
    page = listed.page
    return {
        "entityType": kind,
        "permission": permission,
        "objects": [{"entityId": each.id, "decided": each.is_decided} for each in page.items],
        "total": listed.total,
        "next": page.cursors[-1] if page.has_next else None,
        "revision": listed.checked_at,
    }


async def _full_names(actor: Actor) -> Any:
    names = await current_names()

    def full_name(kind: str) -> str:
        owned = f"{actor.client_id}:{kind}"
        return owned if names.is_type(owned) else kind

    return full_name


def _read(sent: object, actor: Actor, n: int, full_name: Any) -> Check:
    if not isinstance(sent, Mapping):
        raise _invalid("a check is an object", str(n))
    resource = sent.get("resource")
    attributes = resource.get("attributes") if isinstance(resource, Mapping) else None
    if not isinstance(resource, Mapping | None) or not isinstance(attributes, Mapping | None):
        raise _invalid("resource and its attributes are objects", str(n), "resource")
    entity = EntityRef(full_name(_text(sent, "entityType", n)), _text(sent, "entityId", n))
    return Check(_subject(actor), _text(sent, "permission", n), entity, dict(attributes or {}))


def _show(kind: str, check: Check, answer: Answer) -> dict[str, object]:
    shown: dict[str, object] = {
        "allowed": answer.is_allowed,
        "entityType": kind,
        "entityId": check.entity.id,
        "permission": check.action,
        "subjectType": check.subject.type,
        "subjectId": check.subject.id,
        "revision": answer.checked_at,
    }
    if answer.problem is not None:
        shown["problem"] = {"code": answer.problem.code, "message": answer.problem.message}
    return shown


def _subject(actor: Actor) -> SubjectRef:
    assert actor.id is not None
    return SubjectRef(_USER, actor.id)


def _text(sent: object, name: str, n: int | None) -> str:
    value = sent.get(name) if isinstance(sent, Mapping) else None
    if not isinstance(value, str) or not value:
        raise _invalid(f"{name} is a text", *([] if n is None else [str(n)]), name)
    return value


def _invalid(reason: str, *field: str) -> InvalidInput:
    return InvalidInput("oidc_check_invalid", f"The question is malformed: {reason}.", field=field)
