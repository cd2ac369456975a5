"""Everything a subject may do within a scope: what a token carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# `type` for every entity of it, `type:id` for one; actions in their order.
ActionMap = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Granted:
    """The permissions of a subject.

    Attributes:
        permissions: what it may do, perhaps only under a condition.
        abac_required: of these, what a live check has to decide with the attributes of the resource.
        is_truncated: grants on single entities were left out, because there are too many.
    """

    permissions: ActionMap = field(default_factory=dict)
    abac_required: ActionMap = field(default_factory=dict)
    is_truncated: bool = False
