"""Use cases of the permission engine."""

from __future__ import annotations

from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.deletions import delete_tuples, forget_entity, forget_scope, forget_subject
from app.authz.service.platform import (
    PlatformDecider,
    grant_relation,
    list_super_admins,
    revoke_relation,
    super_admin,
)
from app.authz.service.rights import guard_tuples
from app.authz.service.tuple_lists import count_tuples, list_changes, list_tuples
from app.authz.service.tuples import write_tuples

__all__ = [
    "PlatformDecider",
    "count_tuples",
    "delete_tuples",
    "export_tuples",
    "forget_entity",
    "forget_scope",
    "forget_subject",
    "grant_relation",
    "guard_tuples",
    "import_tuples",
    "list_changes",
    "list_super_admins",
    "list_tuples",
    "revoke_relation",
    "super_admin",
    "write_tuples",
]
