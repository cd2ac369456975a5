"""The root secret of an installation that configures none: made once, kept in the data directory."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from pydantic import SecretStr

from app.kit.errors import Unavailable
from app.kit.settings import MIN_SECRET_BYTES, Settings

FILE_NAME = "secret"


def ensure_secret(settings: Settings) -> Settings:
    """The settings with a root secret: the configured one, else that of the data directory.

    The file is made with mode 0600 and appears complete or not at all, also when two processes
    start at once.

    Raises:
        Unavailable: `kit_secret_unreadable`, the file is damaged or cannot be read or written.
    """
    if settings.secret is not None:
        return settings
    path = settings.data_dir / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Unavailable("kit_secret_unreadable", f"The secret in {path} cannot be read: {error.strerror}.") from error
    if len(secret) < MIN_SECRET_BYTES or not secret.isascii():
        raise Unavailable("kit_secret_unreadable", f"The secret in {path} is damaged; restore it from a backup.")
    return settings.model_copy(update={"secret": SecretStr(secret.decode())})


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(prefix=f".{FILE_NAME}.", dir=path.parent)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its secret counts
    finally:
        os.unlink(draft)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
