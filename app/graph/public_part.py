"""What the public listener answers when operators have one of their own: what is one's own, and live checks.

There nobody holds a permission of the platform, and only these fields can be asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, OperationType, SelectionSetNode
from graphql.execution.collect_fields import FragmentDetails

from app.graph.running import Operation
from app.kit.errors import Forbidden

PUBLIC_FIELDS: Final[Mapping[OperationType, frozenset[str]]] = {
    OperationType.QUERY: frozenset({"viewer", "server", "rateLimit", "check", "checks"}),
    OperationType.MUTATION: frozenset(
        {
            "consentWithdraw",
            "impersonationStop",
            "passkeyRegister",
            "passkeyRemove",
            "passkeyRename",
            "passkeyStart",
            "recoveryCodesRegenerate",
            "sessionRevoke",
            "tokenFamilyRevoke",
            "totpConfirm",
            "totpRemove",
            "totpStart",
            "viewerDataExport",
            "viewerDelete",
            "viewerEmailChangeStart",
            "viewerEmailChangeWithdraw",
            "viewerPasswordChange",
            "viewerUpdate",
            "viewerVerificationSend",
        }
    ),
    OperationType.SUBSCRIPTION: frozenset({"auditEvents", "checkChanged", "sessionsRevoked"}),
}
_INTROSPECTION: Final = frozenset({"__typename", "__schema", "__type"})


class AdminOnly(Forbidden):
    def __init__(self, field: str) -> None:
        super().__init__(
            "graph_admin_only",
            f"`{field}` is answered by the admin listener only. Here is what is one's own: `viewer {{ … }}`.",
        )


def require_public_part(operation: Operation) -> None:
    """Let an operation pass that asks for nothing but what the public listener answers.

    Raises:
        AdminOnly: `graph_admin_only`, naming the first field that it does not answer.
    """
    executor = operation.executor
    allowed = PUBLIC_FIELDS[executor.operation.operation] | _INTROSPECTION
    for name in _root_fields(executor.operation.selection_set, executor.fragments):
        if name not in allowed:
            raise AdminOnly(name)


def _root_fields(selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDetails]) -> Iterator[str]:
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(fragments[node.name.value].definition.selection_set, fragments)
