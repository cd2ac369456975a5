"""What can go wrong where operators act as users."""

from __future__ import annotations

from app.kit.errors import Conflict, Forbidden, Gone, InvalidInput


class BrowserSessionRequired(Forbidden):
    """Keys and applications get tokens by token exchange; a session is for a person with a browser."""

    def __init__(self) -> None:
        super().__init__(
            "impersonation_browser_only",
            "Only who is signed in here by browser can begin this. Keys and applications exchange a token instead.",
        )


class AlreadyActing(Conflict):
    def __init__(self) -> None:
        super().__init__("impersonation_already_acting", "You act as somebody already. Stop that first.")


class NotActing(Conflict):
    def __init__(self) -> None:
        super().__init__("impersonation_not_acting", "You act as nobody but yourself.")


class UserNotPossible(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "impersonation_not_possible", "Nobody acts as themselves, or as who may not sign in.", field=("user_id",)
        )


class UserStronger(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "impersonation_of_stronger",
            "This user holds permissions on the platform that you lack.",
            field=("user_id",),
        )


class ReasonInvalid(InvalidInput):
    def __init__(self, most: int) -> None:
        super().__init__(
            "impersonation_reason_required", f"Say why, in 1 to {most} characters.", field=("reason",)
        )  # fmt: skip


class DurationInvalid(InvalidInput):
    def __init__(self, least: int, most: int) -> None:
        super().__init__(
            "impersonation_duration_invalid", f"It lasts {least} to {most} seconds.", field=("ttl_seconds",)
        )


class RequestOver(Gone):
    """The same for what is used, too old, somebody else's, or never was."""

    def __init__(self) -> None:
        super().__init__("impersonation_request_over", "This was used already, or is too old. Begin again.")


class NotWhileActing(Forbidden):
    """Whoever acts as somebody looks, and uses applications, but does not change that account."""

    def __init__(self) -> None:
        super().__init__(
            "impersonation_not_while_acting", "Not while you act as somebody else. Stop that first."
        )  # fmt: skip
