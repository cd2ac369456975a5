"""Mail in the API: what was sent, and the outbox when no mail server is configured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import Enum
from functools import partial

import strawberry
from strawberry import Parent, enum_value, field

from app.graph.connections import Connection, Paged, connection
from app.graph.context import Info
from app.graph.node import Node
from app.kit.actor import Actor
from app.kit.guard import has_permission
from app.kit.paging import PageRequest
from app.mail import service, types


@strawberry.enum(description="What became of a mail.")
class MailStatus(Enum):
    OUTBOX = enum_value(types.MailStatus.OUTBOX, description="Kept here: no mail server is configured.")
    QUEUED = enum_value(types.MailStatus.QUEUED, description="On its way to the mail server.")
    SENT = enum_value(types.MailStatus.SENT, description="The mail server took it.")
    FAILED = enum_value(types.MailStatus.FAILED, description="Given up.")


@strawberry.type(description="A mail that Auther wrote. Its body is shown only while it was never to be sent.")
class Mail(Node):
    to: str = field(description="The recipient's address.")
    subject: str = field(description="The subject.")
    html: str | None = field(description="The body as HTML; null once it was sent or purged.")
    template: str = field(description="What it was written from.")
    status: MailStatus = field(description="What became of it.")
    created_at: datetime = field(description="When it was written.")
    sent_at: datetime | None = field(description="When the mail server took it.")

    @field(description="What the mail server said when the mail was given up.")
    @staticmethod
    def failure(mail: Parent[types.Mail]) -> str | None:
        return mail.error

    @field(description="The body as text; empty once it was sent or purged.")
    @staticmethod
    def text(mail: Parent[types.Mail]) -> str:
        return mail.text or ""

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        return isinstance(value, types.Mail)


MailConnection = Connection[Mail]


@strawberry.type
class MailQuery:
    @connection(MailConnection, description="A page of mails, newest first.", requires="platform.manage_platform")
    async def mails(self, info: Info, page: PageRequest) -> Paged[types.Mail]:
        actor = info.context.actor
        return Paged(await service.list_mails(actor, page), partial(service.count_mails, actor))


async def load_mail(info: Info, mail_id: str) -> types.Mail | None:
    """A mail; None when there is none or it is hidden from the caller."""
    actor = info.context.actor
    if not await has_permission(actor, "platform.manage_platform"):
        return None
    return await info.context.loaders.load(_get_mails, mail_id, actor)


async def _get_mails(ids: Sequence[str], actor: Actor) -> Mapping[str, types.Mail]:
    return await service.get_mails(actor, ids)
