"""Servers that a person works with, by name: addresses and credentials in one file that only they can read.

INVARIANT: the file is 0600 in a folder of 0700, and appears complete or not at all. Whoever changes it holds its lock,
also while a refresh token is spent, because one that is spent twice ends the sign-in.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.cli.errors import LOCAL, ContextNameInvalid, ContextsUnreadable, ContextUnknown

FILE_NAME: Final = "contexts.json"
# The client that the command signs people in as; every server has it.
CLI_CLIENT_ID: Final = "auther-cli"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Credential(BaseModel):
    """An API key, or what a sign-in gave."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str | None = Field(None, repr=False)
    refresh_token: str | None = Field(None, repr=False)
    access_token: str | None = Field(None, repr=False)
    access_token_expires_at: datetime | None = None

    @property
    def kind(self) -> str:
        """What it is, without what is secret of it."""
        return "API key" if self.key else "sign-in" if self.refresh_token or self.access_token else "none"


class ServerContext(BaseModel):
    """One server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    credential: Credential = Credential()
    allow_plain_http: bool = False


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    current: str = LOCAL
    contexts: dict[str, ServerContext] = {}


@dataclass(frozen=True, slots=True)
class Contexts:
    """What the file holds."""

    current: str = LOCAL
    by_name: Mapping[str, ServerContext] = field(default_factory=dict)

    def find(self, name: str) -> ServerContext:
        """A context by name.

        Raises:
            ContextUnknown: `cli_context_unknown`.
        """
        if name not in self.by_name:
            raise ContextUnknown(name)
        return self.by_name[name]

    def put(self, name: str, context: ServerContext) -> Contexts:
        """With this context, new or changed."""
        return replace(self, by_name={**self.by_name, name: context})

    def use(self, name: str) -> Contexts:
        """With another one in use.

        Raises:
            ContextUnknown: `cli_context_unknown`.
        """
        if name != LOCAL:
            self.find(name)
        return replace(self, current=name)

    def remove(self, name: str) -> Contexts:
        """Without this context.

        Raises:
            ContextUnknown: `cli_context_unknown`.
        """
        self.find(name)
        rest = {other: context for other, context in self.by_name.items() if other != name}
        return Contexts(LOCAL if self.current == name else self.current, rest)


def check_name(name: str) -> str:
    """A name that a context may have.

    Raises:
        ContextNameInvalid: `cli_context_name_invalid`.
    """
    if name == LOCAL or not _NAME.fullmatch(name):
        raise ContextNameInvalid
    return name


def folder() -> Path:
    """Where the file is (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".config"
    return base / "auther"


def read_contexts() -> Contexts:
    """What the file holds; nothing while there is none.

    Raises:
        ContextsUnreadable: `cli_contexts_unreadable`, it is damaged, or others can read it.
    """
    path = folder() / FILE_NAME
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise ContextsUnreadable(path, f"others can read it; run: chmod 600 {path}")
            held = _File.model_validate_json(file.read())
    except FileNotFoundError:
        return Contexts()
    except OSError as error:
        raise ContextsUnreadable(path, str(error.strerror)) from error
    except ValidationError:
        raise ContextsUnreadable(path, "it is damaged; remove it and add the contexts again") from None
    return Contexts(held.current, held.contexts)


def write_contexts(contexts: Contexts) -> None:
    """Replace the file as a whole. Only inside `locked`.

    Raises:
        ContextsUnreadable: `cli_contexts_unreadable`.
    """
    path = folder() / FILE_NAME
    held = _File(current=contexts.current, contexts=dict(contexts.by_name))
    try:
        descriptor, draft = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(held.model_dump_json(indent=2, exclude_defaults=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
        except OSError:
            os.unlink(draft)
            raise
    except OSError as error:
        raise ContextsUnreadable(path, str(error.strerror)) from error


@contextmanager
def locked() -> Iterator[None]:
    """Keep other commands from changing the file meanwhile.

    Raises:
        ContextsUnreadable: `cli_contexts_unreadable`.
    """
    place = folder()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(place / f"{FILE_NAME}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ContextsUnreadable(place, str(error.strerror)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
