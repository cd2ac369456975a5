"""Entities of AuthZEN as they are sent: subject, action, resource, context, and the page wanted of a search.

Source: OpenID Authorization API 1.0, §5 (information model).
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import Any, Final, cast

from app.authz.types import Context, SubjectRef
from app.oidc.live.errors import QuestionInvalid
from app.oidc.live.names import Names

Sent = Mapping[str, Any]
# Properties with prefixes, by the entity's name and the identity of what was sent.
Known = dict[tuple[str, int], Sent]
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


def read_context(request: Sent, *, subject: Sent, action: Sent, resource: Sent, known: Known | None = None) -> Context:
    """What conditions and policies are told.

    Properties of the resource stand under their own names, and those of all three with `subject_`, `action_` and
    `resource_` before them; what the request's context says wins. Nothing that is large is copied: many evaluations
    may share it.

    Args:
        known: what was read of entities that the evaluations of this request share.

    Raises:
        QuestionInvalid: properties, or the context, are no objects.
    """
    given = request.get("context")
    context = NOTHING if given is None else read_object(given, "context")
    entities = {"action": action, "subject": subject, "resource": resource}
    told = {name: _properties(each, name) for name, each in entities.items() if "properties" in each}
    if not any(told.values()):
        return context
    layers = [_prefix(name, each, {} if known is None else known) for name, each in told.items()]
    return ChainMap(*cast("list[dict[str, Any]]", [context, *layers, told.get("resource", NOTHING)]))


def _prefix(name: str, properties: Sent, known: Known) -> Sent:
    """Properties with the name of their entity before each."""
    key = name, id(properties)
    if key not in known:
        known[key] = {f"{name}_{each}": value for each, value in properties.items()}
    return known[key]


def _properties(entity: Sent, name: str) -> Sent:
    found = entity.get("properties")
    return NOTHING if found is None else read_object(found, name, "properties")
