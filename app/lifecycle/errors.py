"""What can go wrong with the life of an account."""

from __future__ import annotations

from collections.abc import Sequence

from app.kit.errors import Conflict, Forbidden, Gone, InvalidInput


class LastSuperAdmin(Conflict):
    """Without anybody who may everything, nobody could be made that again."""

    def __init__(self) -> None:
        super().__init__(
            "lifecycle_last_super_admin",
            "This is the last super admin who can sign in. Make somebody else super admin first.",
            field=("id",),
        )


class ExportLinkOver(Gone):
    """Forged, too old, used before, or another's."""

    def __init__(self) -> None:
        super().__init__("lifecycle_export_link_over", "This download link is used up or too old. Ask for a new one.")


class SameAccount(InvalidInput):
    def __init__(self) -> None:
        super().__init__("lifecycle_same_account", "An account cannot be merged into itself.", field=("into",))


class OwnMerge(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "lifecycle_merge_own_account", "Nobody merges the account they are using.", field=("from",)
        )  # fmt: skip


class NotActive(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "lifecycle_not_active",
            "The account that stays is banned, or about to be erased. Lift that first.",
            field=("into",),
        )


class StrongerAccount(Forbidden):
    """Whoever merges two accounts gives the one what the other holds."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            "lifecycle_stronger_account",
            "One of these accounts may do what you may not. Somebody who may has to merge them.",
            detail=", ".join(missing),
        )
