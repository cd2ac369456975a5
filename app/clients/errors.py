"""What can go wrong with clients. `field` begins with the name of the input field."""

from __future__ import annotations

from app.kit.errors import AppError, Conflict, InputProblems, InvalidInput, NotFound


class ClientNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("clients_not_found", "There is no such client.", field=("id",))


class ClientReadOnly(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "clients_read_only", "This client is declared in the configuration. Change it there.", field=("id",)
        )


class IdempotencyMismatch(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "clients_idempotency_mismatch",
            "This idempotency key was used for a different client.",
            field=("idempotencyKey",),
        )


class SecretUnsupported(Conflict):
    def __init__(self) -> None:
        super().__init__("clients_secret_unsupported", "This client proves itself by no secret.", field=("id",))


class InvalidClient(InvalidInput):
    """One value of a client is wrong. `code` ends in what is the matter."""

    def __init__(self, reason: str, *field: str, code: str = "clients_invalid") -> None:
        super().__init__(code, reason, field=field)


class InvalidRedirectUri(InvalidClient):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__(reason, *field, code="clients_redirect_uri_invalid")


class RedirectUriRequired(InvalidClient):
    def __init__(self) -> None:
        super().__init__(
            "This kind of client needs a redirect URI.", "redirect_uris", code="clients_redirect_uri_required"
        )


class TooLong(InvalidClient):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__(reason, *field, code="clients_too_long")


class Required(InvalidClient):
    def __init__(self, reason: str, *field: str) -> None:
        super().__init__(reason, *field, code="clients_required")


class SectorUnreadable(InvalidClient):
    """`detail` says why, for the log."""

    def __init__(self, detail: str) -> None:
        text = "The list of redirect URIs at this address cannot be read: it has to answer with a JSON array of texts."
        super().__init__(text, "sector_identifier_uri", code="clients_sector_unreadable")
        self.detail = detail


class SectorMismatch(InvalidClient):
    def __init__(self, place: str) -> None:
        text = "The list at sector_identifier_uri lacks this redirect URI (OpenID Connect Core §8.1)."
        super().__init__(text, "redirect_uris", place, code="clients_sector_mismatch")


class SelfDescribed(InvalidClient):
    def __init__(self, field: str) -> None:
        text = "A client that says itself where it is answered cannot be trusted so far. Create one of your own."
        super().__init__(text, field, code="clients_self_described")


def raise_problems(problems: list[AppError]) -> None:
    """Raise all that is wrong with an input at once; nothing when all is well."""
    if problems:
        raise InputProblems(problems)
