"""Registered documents: the operations of `graphql/`, which every session may run.

Clients write a document down in their own way: other spaces, another order, `__typename` wherever they keep results.
So two documents are the same when their normal forms are, and a document's id is the hash of its normal form.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from graphql import (
    REMOVE,
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from app.graph.context import Context
from app.graph.document_ids import hash_document
from app.graph.documents import LONGEST_KEPT, parse_bounded
from app.graph.errors import InvalidRequest
from app.graph.http import Parameters
from app.kit.errors import Forbidden
from app.kit.guard import had_permission, has_permission
from app.kit.runtime import settings

_APP: Final = Path(__file__).parents[1]
# A wheel carries the documents inside the package, a checkout beside it.
_FOLDERS: Final = (_APP / "operations", _APP.parent / "graphql")
_OPERATOR: Final = "platform.manage_platform"
# Ways of writing documents that were seen lately, by their hashes: so many of ours, and so many others.
_MOST_SEEN: Final = 1_000


class Unregistered(Forbidden):
    """A session runs a document of its own."""

    def __init__(self) -> None:
        super().__init__(
            "graph_document_unregistered",
            "A browser's session runs only Auther's own documents. Send yours with an access token or an API key, "
            "or as a platform operator. AUTHER_GRAPHQL_AD_HOC=everyone lets every session run its own.",
        )


class UnknownDocument(InvalidRequest):
    def __init__(self) -> None:
        super().__init__("graph_document_unknown", "PersistedQueryNotFound: no document has this id. Send its text.")


class OtherDocument(InvalidRequest):
    def __init__(self) -> None:
        super().__init__("graph_document_mismatch", "The id is that of another document than `query`.")


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation of ours, with the fragments that it needs, in normal form."""

    id: str
    name: str
    text: str


async def choose_document(parameters: Parameters, context: Context) -> Parameters:
    """The parameters with the text of a document that the caller may run.

    Raises:
        Unregistered: `graph_document_unregistered`, a session's own document, and it is not an operator's.
        UnknownDocument: `graph_document_unknown`, no registered document has this id.
        OtherDocument: `graph_document_mismatch`.
    """
    chosen = _find_text(parameters)
    if _is_open(chosen, context) or await had_permission(context.actor, _OPERATOR):
        return chosen
    await guard_document(chosen, context)
    return chosen


async def guard_document(chosen: Parameters, context: Context) -> None:
    """Let a document pass that the caller may run as of now: `choose_document` is a moment late.

    Raises:
        Unregistered: as `choose_document`.
    """
    if not _is_open(chosen, context) and not await has_permission(context.actor, _OPERATOR):
        raise Unregistered


@cache
def registered_documents() -> Mapping[str, Registered]:
    """All of them by id."""
    definitions = [definition for text in _read_texts() for definition in parse(text, no_location=True).definitions]
    fragments = {each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)}
    found = {}
    for each in definitions:
        if isinstance(each, OperationDefinitionNode) and each.name is not None:
            text = normalize(DocumentNode(definitions=(each, *_needed(each, fragments).values())))
            document_id = hash_document(text)
            found[document_id] = Registered(document_id, each.name.value, text)
    return found


def is_registered(text: str) -> bool:
    """Whether a document, however it is written, is one of ours."""
    return _find_id(text) is not None


def normalize(document: DocumentNode) -> str:
    """A document's normal form: operations before fragments, each by name, without `__typename`, printed."""
    bare = visit(document, _WithoutTypename())
    return "\n\n".join(print_ast(each) for each in sorted(bare.definitions, key=_order))


# Hash of a text → id of the document of ours that it is. Others, which are none, do not displace ours.
_seen: OrderedDict[str, str | None] = OrderedDict()
_seen_others: OrderedDict[str, str | None] = OrderedDict()


class _WithoutTypename(Visitor):
    """Takes away the fields that clients add to know what they got."""

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        is_bare = node.alias is None and not node.directives
        return REMOVE if node.name.value == "__typename" and is_bare else None


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> None:
        self.names.add(node.name.value)


def _is_open(chosen: Parameters, context: Context) -> bool:
    """Whether it needs no operator to run this."""
    return context.session is None or settings().graphql_ad_hoc == "everyone" or is_registered(chosen.query)


def _find_text(parameters: Parameters) -> Parameters:
    if parameters.document_id is None:
        return parameters
    found = registered_documents().get(parameters.document_id)
    if parameters.query:
        is_other = hash_document(parameters.query) != parameters.document_id
        if is_other and (found is None or _find_id(parameters.query) != found.id):
            raise OtherDocument
        return parameters
    if found is None:
        raise UnknownDocument
    return replace(parameters, query=found.text)


def _find_id(text: str) -> str | None:
    """The id of the document of ours that a text is; None for any other, and for what is longer than ours can be."""
    if len(text) > LONGEST_KEPT:
        return None
    written = hash_document(text)
    for seen in (_seen, _seen_others):
        if written in seen:
            seen.move_to_end(written)
            return seen[written]
    document_id = _identify(text)
    if document_id in registered_documents():
        return _note(_seen, written, document_id)
    # What cannot be read may be readable under other limits.
    return _note(_seen_others, written, None) if document_id is not None else None


def _note(seen: OrderedDict[str, str | None], written: str, document_id: str | None) -> str | None:
    seen[written] = document_id
    if len(seen) > _MOST_SEEN:
        seen.popitem(last=False)
    return document_id


def _identify(text: str) -> str | None:
    """A document's id; None for what cannot be read."""
    try:
        return hash_document(normalize(parse_bounded(text, settings().graphql_max_tokens, no_location=True)))
    except GraphQLSyntaxError:
        return None


def _needed(
    definition: DefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, FragmentDefinitionNode]:
    needed: dict[str, FragmentDefinitionNode] = {}
    waiting = [definition]
    while waiting:
        spreads = _Spreads()
        visit(waiting.pop(), spreads)
        for name in spreads.names - needed.keys():
            needed[name] = fragments[name]
            waiting.append(fragments[name])
    return needed


def _order(definition: DefinitionNode) -> tuple[bool, str]:
    name = getattr(definition, "name", None)
    return isinstance(definition, FragmentDefinitionNode), name.value if name is not None else ""


def _read_texts() -> Iterator[str]:
    for folder in _FOLDERS:
        for file in sorted(folder.rglob("*.graphql")):
            yield file.read_text("utf-8")
