"""AuthZEN's Search APIs: who can, what can be reached, what may be done. Undecided ones are left out.

Source: OpenID Authorization API 1.0, §8.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from app.authz.engine.listing import ObjectQuery, SubjectQuery
from app.authz.errors import ActionUnknown, TypeUnknown
from app.authz.service.lists import check_actions, find_ids, find_subjects
from app.authz.types import EntityRef, SubjectRef
from app.kit.actor import Actor
from app.kit.paging import Direction, Page, PageRequest, Sort, decode_cursor, make_page
from app.oidc.live.entities import NOTHING, Sent, read_context, read_object, read_subject, read_text
from app.oidc.live.names import Asking, Names, begin_asking, check_scope
from app.oidc.live.paging import next_token, read_place

_ACTIONS: Final = Sort("oidc:actions", ("name",), ("text",), Direction.ASC)
Results = dict[str, object]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of what was found: results, and the cursor behind the last one (None: the end)."""

    results: list[dict[str, str]]
    cursor: str | None


Search = Callable[[Asking, Sent, PageRequest], Awaitable[_Found]]


async def search_subjects(actor: Actor, sent: object) -> Results:
    """The subjects of a type that can do the action to the resource (§8.4).

    Raises:
        InvalidInput: `oidc_check_invalid`, `oidc_page_invalid`.
        Forbidden: without `manage_access`.
    """
    return await _search(actor, sent, "subject", _subjects)


async def search_resources(actor: Actor, sent: object) -> Results:
    """The resources of a type that the subject can do the action to (§8.5).

    Raises:
        InvalidInput: `oidc_check_invalid`, `oidc_page_invalid`.
        Forbidden: about another subject, without `manage_access`.
    """
    return await _search(actor, sent, "resource", _resources)


async def search_actions(actor: Actor, sent: object) -> Results:
    """The actions that the subject can do to the resource (§8.6).

    Raises:
        InvalidInput: `oidc_check_invalid`, `oidc_page_invalid`.
        Forbidden: about another subject, without `manage_access`.
    """
    return await _search(actor, sent, "action", _actions)


async def _search(actor: Actor, sent: object, kind: str, search: Search) -> Results:
    request = read_object(sent)
    place = read_place(request, kind)
    asking = await begin_asking(actor)
    try:
        found = await search(asking, request, PageRequest(first=max(1, place.limit), after=place.after))
    except (TypeUnknown, ActionUnknown):
        # Nothing matches what nobody knows.
        found = _Found([], None)
    if place.limit == 0:
        return _show([], next_token(place, place.after) if found.results else "")
    return _show(found.results, "" if found.cursor is None else next_token(place, found.cursor))


def _show(results: list[dict[str, str]], token: str) -> Results:
    return {"page": {"next_token": token, "count": len(results)}, "results": results}


async def _subjects(asking: Asking, request: Sent, page: PageRequest) -> _Found:
    subject, action, resource = _entities(request)
    sent_type = read_text(subject, "subject", "type")
    names = asking.names
    query = SubjectQuery(
        _entity(resource, names), read_text(action, "action", "name"), names[sent_type], "",
        read_context(request, subject=NOTHING, action=action, resource=resource),
    )  # fmt: skip
    check_scope(asking.actor)
    listed = await find_subjects(asking.actor, asking.source, query, page)
    decided = [names.show(each.subject) for each in listed.page.items if each.is_decided]
    return _Found([{"type": sent_type, "id": each} for each in decided], _end_of(listed.page))


async def _resources(asking: Asking, request: Sent, page: PageRequest) -> _Found:
    subject, action, resource = _entities(request)
    sent_type = read_text(resource, "resource", "type")
    query = ObjectQuery(
        _subject(asking, subject), read_text(action, "action", "name"), asking.names[sent_type],
        read_context(request, subject=subject, action=action, resource=resource),
    )  # fmt: skip
    found = await find_ids(asking.actor, asking.source, query, page)
    return _Found([{"type": sent_type, "id": each} for each in found.ids if each not in found.undecided], found.next)


async def _actions(asking: Asking, request: Sent, page: PageRequest) -> _Found:
    subject = read_object(request.get("subject"), "subject")
    resource = read_object(request.get("resource"), "resource")
    context = read_context(request, subject=subject, action=NOTHING, resource=resource)
    asked, entity = _subject(asking, subject), _entity(resource, asking.names)
    answers = await check_actions(asking.actor, asking.source, asked, entity, context=context)
    after = "" if page.after is None else decode_cursor(_ACTIONS, page.after)[0]
    allowed = [name for name, answer in answers.items() if answer.is_allowed and name > after]
    cut = make_page(_ACTIONS, page, allowed[: page.size + 1], lambda name: (name,))
    return _Found([{"name": each} for each in cut.items], _end_of(cut))


def _entities(request: Sent) -> tuple[Sent, Sent, Sent]:
    subject, action, resource = (read_object(request.get(name), name) for name in ("subject", "action", "resource"))
    return subject, action, resource


def _subject(asking: Asking, sent: Sent) -> SubjectRef:
    found = read_subject(sent, asking.own, asking.names)
    if found is not asking.own:
        check_scope(asking.actor)
    return found


def _entity(resource: Sent, names: Names) -> EntityRef:
    return EntityRef(names[read_text(resource, "resource", "type")], read_text(resource, "resource", "id"))


def _end_of(page: Page[Item]) -> str | None:
    return page.cursors[-1] if page.has_next else None
