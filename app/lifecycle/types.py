"""What crosses the border of the lifecycle room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol, TypeAlias

from app.kit.actor import Actor
from app.users.types import User, UserEvent

# What a room knows of a user (by id): rows that are JSON values or dataclasses, a batch at a time.
Part: TypeAlias = Callable[[str], AsyncIterator[tuple[object, ...]]]


@dataclass(frozen=True, slots=True)
class DataExport:
    """A JSON document about one person, UTF-8, in chunks; nothing of it is read before the first is asked for."""

    filename: str
    chunks: AsyncIterator[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExportLink:
    """Where an export can be downloaded once, and until when."""

    url: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class MergedPart:
    """What of one kind, such as `tuples`, goes over to the account that stays, and what is not needed there."""

    name: str
    moved: int
    dropped: int


class MergePart(Protocol):
    """Moves what one room has of a user, in the open unit of work: how many rows move, and how many do not."""

    def __call__(
        self, actor: Actor, source_id: str, target_id: str, *, is_dry_run: bool
    ) -> Awaitable[tuple[int, int]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeWish:
    """Which account becomes part of which. `reason` is for the audit trail, `is_dry_run` changes nothing."""

    source_id: str
    target_id: str
    reason: str | None = None
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """The account that stays, what moved (or would), and which gaps of its profile were filled."""

    user: User
    parts: tuple[MergedPart, ...]
    profile: tuple[str, ...]


class UserExported(UserEvent):
    """Somebody asked for all that is known of a user. Nobody outside is told."""

    action: ClassVar[str] = "user.exported"
    is_published: ClassVar[bool] = False


class UserExportDownloaded(UserEvent):
    """A link to an export was used, by whoever had it; the actor is who asked for it. Nobody outside is told."""

    action: ClassVar[str] = "user.export_downloaded"
    is_published: ClassVar[bool] = False


class UserMerged(UserEvent):
    """The target is the account that stays; `after` names the other."""

    action: ClassVar[str] = "user.merged"
