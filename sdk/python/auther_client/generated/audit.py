"""Results of the documents in `graphql/audit`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from auther_client.generated.fragments import AuditEventDetailFields, AuditEventFields, PageFields
from auther_client.models import Result


class AuditEventsResult(Result):
    """One page of a list."""

    nodes: tuple[AuditEventDetailFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""


class AuditEventsData(Result):
    """The whole answer."""

    audit_events: AuditEventsResult
    """A page of the audit trail, newest first. Everybody may list what is about themselves, with `filter.aboutUserId`; who manages the access of a client, what came through it, with `filter.clientId`."""


class AuditEventsStreamResult(Result):
    """An item of a stream, or only a place in it: without an item there was nothing new that matches."""

    cursor: str
    """The place in the stream; `after` takes it to go on from here."""
    node: AuditEventFields | None
    """The item. Null at the start, and now and then in between."""


class AuditEventsStreamData(Result):
    """The whole answer."""

    audit_events: AuditEventsStreamResult
    """The audit trail as it grows, in the order of commits. It begins with a place to resume from. Everybody may follow what is about themselves, with `filter.aboutUserId`; who manages the access of a client, what came through it, with `filter.clientId`."""
