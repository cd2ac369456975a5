"""Errors of the mail room."""

from __future__ import annotations

from app.kit.errors import InvalidInput, NotFound, Unavailable


class BadRecipient(InvalidInput):
    """The address is not one that mail can be sent to."""

    def __init__(self) -> None:
        super().__init__("mail_bad_recipient", "Mail cannot be sent to this address.", field=("email",))


class BadHeader(InvalidInput):
    """A header would hold a line break or another control character."""

    def __init__(self, name: str) -> None:
        super().__init__("mail_bad_header", "This text cannot be part of a mail header.", detail=name)


class DeliveryFailed(Unavailable):
    """The mail server did not take the message now."""

    def __init__(self, detail: str) -> None:
        super().__init__("mail_delivery_failed", "The mail could not be sent.", detail=detail)


class DeliveryRefused(DeliveryFailed):
    """The mail server refused this message for good."""


class MailNotFound(NotFound):
    """There is no such mail."""

    def __init__(self) -> None:
        super().__init__("mail_not_found", "There is no such mail.")
