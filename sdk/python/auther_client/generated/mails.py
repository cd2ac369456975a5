"""Results of the documents in `graphql/mails`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from auther_client.generated.enums import MailStatus
from auther_client.generated.fragments import MailRowFields, PageFields
from auther_client.models import Result, by_typename


class MailResultMail(Result):
    """A mail that Auther wrote. Its body is shown only while it was never to be sent."""

    typename: Literal["Mail"] = Field(alias="__typename")
    id: str
    """The id, with a prefix that tells the kind."""
    to: str
    """The recipient's address."""
    subject: str
    """The subject."""
    template: str
    """What it was written from."""
    status: MailStatus
    """What became of it."""
    created_at: datetime
    """When it was written."""
    sent_at: datetime | None
    """When the mail server took it."""
    failure: str | None
    """What the mail server said when the mail was given up."""
    text: str
    """The body as text; empty once it was sent or purged."""
    html: str | None
    """The body as HTML; null once it was sent or purged."""


class MailResultOther(Result):
    """Something of another type."""

    typename: str = Field(alias="__typename")


MailResult = Annotated[
    Annotated[MailResultMail, Tag("Mail")] | Annotated[MailResultOther, Tag("other")],
    Discriminator(by_typename("Mail")),
]


class MailData(Result):
    """The whole answer."""

    node: MailResult | None
    """Whatever has this id; null when there is nothing or it is hidden from the caller."""


class MailsResult(Result):
    """One page of a list."""

    nodes: tuple[MailRowFields, ...]
    """The items."""
    page_info: PageFields
    """Where the page begins and ends."""
    total_count: int
    """How many items the whole list has. Counted only when asked for, and only up to 10001."""


class MailsData(Result):
    """The whole answer."""

    mails: MailsResult
    """A page of mails, newest first."""
