"""Entities of AuthZEN as they are sent: subject, action, resource, context, and the page wanted of a search.

Source: OpenID Authorization API 1.0, §5 (information model).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.authz.types import Context, SubjectRef
from app.oidc.live.errors import QuestionInvalid
from app.oidc.live.names import Names

Sent = Mapping[str, Any]
NOTHING: Final[dict[str, Any]] = {}


def read_object(sent: object, *path: str) -> Sent:
    """A JSON object.

    Raises:
        QuestionInvalid: it is missing, or something else.
    """
    if not isinstance(sent, dict):
        raise QuestionInvalid(f"{path[-1] if path else 'the body'} is an object", *path)
    return sent


def read_text(sent: Sent, entity: str, name: str) -> str:
    """A text of an entity.

    Raises:
        QuestionInvalid: it is missing, empty, or something else.
    """
    value = sent.get(name)
    if not isinstance(value, str) or not value:
        raise QuestionInvalid(f"{entity}.{name} is a text", entity, name)
    return value


def read_subject(sent: Sent, own: SubjectRef, names: Names) -> SubjectRef:
    """The subject (§5.1); the caller's own object when it is the caller.

    Raises:
        QuestionInvalid.
    """
    named = names.subject(names[read_text(sent, "subject", "type")], read_text(sent, "subject", "id"))
    return own if named.id == own.id and named.type == own.type else named


def read_context(request: Sent, *, subject: Sent, action: Sent, resource: Sent) -> Context:
    """What conditions and policies are told.

    Properties of the resource stand under their own names, and those of all three with `subject_`, `action_` and
    `resource_` before them; what the request's context says wins.

    Raises:
        QuestionInvalid: properties, or the context, are no objects.
    """
    context = request.get("context")
    is_plain = context is None or context == NOTHING
    if is_plain and not ("properties" in resource or "properties" in subject or "properties" in action):
        return NOTHING
    told = dict(_properties(resource, "resource"))
    for name, entity in (("resource", resource), ("subject", subject), ("action", action)):
        told |= {f"{name}_{key}": value for key, value in _properties(entity, name).items()}
    if context is not None:
        told.update(read_object(context, "context"))
    return told


def _properties(entity: Sent, name: str) -> Sent:
    found = entity.get("properties")
    return NOTHING if found is None else read_object(found, name, "properties")
