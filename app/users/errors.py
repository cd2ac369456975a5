"""What can go wrong with users."""

from __future__ import annotations

from app.kit.errors import AppError, Conflict, InputProblems, InvalidInput, NotFound


class UserNotFound(NotFound):
    def __init__(self, *field: str) -> None:
        super().__init__("users_not_found", "There is no such user.", field=field or ("id",))


class EmailTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("users_email_taken", "A user with this e-mail address exists already.", field=("email",))


class UsernameTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("users_username_taken", "This username is taken.", field=("username",))


class IdTaken(Conflict):
    def __init__(self) -> None:
        super().__init__("users_id_taken", "A user with this id exists, or existed and was deleted.", field=("id",))


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "users_idempotency_mismatch",
            "This idempotency key was used for a different user.",
            field=("idempotencyKey",),
        )


class OwnAccount(Conflict):
    def __init__(self) -> None:
        super().__init__("users_own_account", "You cannot ban or delete the account you are using.", field=("id",))


class InvalidUser(InvalidInput):
    """One field of a user is wrong."""

    def __init__(self, field: str, reason: str, code: str = "users_invalid") -> None:
        super().__init__(code, reason, field=(field,))


def raise_problems(problems: list[AppError]) -> None:
    """Raise all that is wrong with an input at once; nothing when all is well."""
    if problems:
        raise InputProblems(problems)
