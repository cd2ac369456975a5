"""What can go wrong with sessions."""

from __future__ import annotations

from app.kit.errors import NotFound, Unauthenticated


class SessionNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("sessions_not_found", "There is no such session.", field=("id",))


class SignInRefused(Unauthenticated):
    """The account was banned or deleted while its owner signed in."""

    def __init__(self) -> None:
        super().__init__("sessions_sign_in_refused", "This account cannot sign in.")
