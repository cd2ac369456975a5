"""What can go wrong with initial access tokens and with clients that registered."""

from __future__ import annotations

from app.kit.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated


class InitialTokenNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("clients_initial_token_not_found", "There is no such initial access token.", field=("id",))


class InitialTokenMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "clients_initial_token_mismatch",
            "This idempotency key was used for a different initial access token.",
            field=("idempotencyKey",),
        )


class InitialTokenInvalid(InvalidInput):
    """One value of an initial access token is wrong."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("clients_initial_token_invalid", reason, field=field)


class RegistrationTokenWrong(Unauthenticated):
    """The token does not open this client, or there is no such client any more: one answer for all (RFC 7592 §2)."""

    def __init__(self) -> None:
        super().__init__("clients_registration_token_wrong", "This token opens no such client.")


class RegistrationClosed(Forbidden):
    """The client is declared in the configuration by now, or switched off."""

    def __init__(self) -> None:
        super().__init__("clients_registration_closed", "This client is kept by the operators of this server.")
