"""Use cases of the lifecycle room."""

from app.lifecycle.service.deletion import (
    erase_account,
    keep_a_super_admin,
    keep_own_account,
    restore_account,
    review_deletion,
    schedule_deletion,
    schedule_own_deletion,
)
from app.lifecycle.service.exporting import export_own_data
from app.lifecycle.service.links import link_export, link_own_export, redeem_link
from app.lifecycle.service.merging import merge_accounts
from app.lifecycle.service.parts import listed, move_in_merge, paged, paged_by, tell_in_export

__all__ = [
    "erase_account",
    "export_own_data",
    "keep_a_super_admin",
    "keep_own_account",
    "link_export",
    "link_own_export",
    "listed",
    "merge_accounts",
    "move_in_merge",
    "paged",
    "paged_by",
    "redeem_link",
    "restore_account",
    "review_deletion",
    "schedule_deletion",
    "schedule_own_deletion",
    "tell_in_export",
]
