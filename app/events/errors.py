"""Errors of the events room."""

from __future__ import annotations

from app.kit.errors import Gone, InvalidInput, NotFound


class AuditEventNotFound(NotFound):
    """There is no such audit event, or the caller may not see it."""

    def __init__(self) -> None:
        super().__init__("events_not_found", "There is no such audit event.")


class AuditCursorGone(Gone):
    """What followed the cursor is not there any more: deleted by age, or the database is an older copy."""

    def __init__(self) -> None:
        super().__init__(
            "events_cursor_gone",
            "What followed this cursor is gone. Read the list, then start anew without a cursor.",
            field=("after",),
        )


class AuditPositionUnknown(NotFound):
    """The chain has no such position: it never had, or retention took it."""

    def __init__(self) -> None:
        super().__init__(
            "events_position_unknown", "The audit trail has no such position (any more).", field=("after",)
        )


class AddressInvalid(InvalidInput):
    """What was given as an address is none."""

    def __init__(self) -> None:
        super().__init__("events_address_invalid", "An address looks like 203.0.113.7 or 2001:db8::7.", field=("ip",))


class ChainBroken(Exception):
    """The head of the audit chain is not what we signed: sealing on would hide what was removed."""

    def __init__(self) -> None:
        super().__init__(
            "events_chain_broken: the signed head of the audit chain was changed; run `auther audit verify`"
        )
