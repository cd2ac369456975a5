"""Refusals of registration, as JSON (RFC 7591 §3.2.2), and of metadata documents."""

from __future__ import annotations

from enum import StrEnum

from app.clients.errors import SectorMismatch
from app.kit.errors import AppError, Forbidden, InputProblems, InvalidInput
from app.oidc.errors import ShownToUser


class RegistrationProblem(StrEnum):
    """Codes of RFC 7591 §3.2.2."""

    REDIRECT_URI = "invalid_redirect_uri"
    METADATA = "invalid_client_metadata"
    STATEMENT = "invalid_software_statement"
    STATEMENT_UNAPPROVED = "unapproved_software_statement"


class MetadataRefused(InvalidInput):
    """What a client says of itself cannot be registered."""

    def __init__(self, error: RegistrationProblem, description: str) -> None:
        super().__init__(f"oidc_{error}", description)
        self.error = error


class RegistrationNotOpen(Forbidden):
    def __init__(self) -> None:
        super().__init__("oidc_registration_closed", "Clients are registered by the operators of this server only.")


class DocumentRefused(ShownToUser):
    """A URL that came as client id leads to no client: `detail` says why, which is not for the page."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(
            "oidc_client_document_refused",
            "The application that sent you here is not known, and does not describe itself as it should.",
            detail=detail,
        )


def as_metadata_error(problem: InputProblems) -> MetadataRefused:
    """What the clients room finds wrong, in the words of RFC 7591 §3.2.2: of several problems the first."""
    first = next((each for each in problem.problems if _is_redirect(each)), problem.problems[0])
    code = RegistrationProblem.REDIRECT_URI if _is_redirect(first) else RegistrationProblem.METADATA
    place = ".".join("client_name" if part == "name" else part for part in first.field)
    return MetadataRefused(code, f"{place}: {first.message}" if place else first.message)


def _is_redirect(problem: AppError) -> bool:
    # One that the sector does not list is well-formed: it contradicts another field.
    return problem.field[:1] == ("redirect_uris",) and not isinstance(problem, SectorMismatch)
