"""What commands work on: settings with a secret, and a database that runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from pydantic import SecretStr

from app import wiring
from app.kit.db import unit_of_work
from app.kit.log import configure_logging
from app.kit.notify import flush_notifications
from app.kit.postgres import start_postgres, stop_postgres
from app.kit.postgres.instance import EmbeddedPostgres
from app.kit.secret_file import ensure_secret
from app.kit.settings import Settings, load_settings
from app.main import open_stores
from app.policies.service import recording_evaluations

Result = TypeVar("Result")


@contextmanager
def running_database(settings: Settings) -> Iterator[tuple[Settings, EmbeddedPostgres | None]]:
    """The settings with a database URL; the embedded PostgreSQL runs meanwhile when none is configured."""
    if settings.database_url is not None:
        yield settings, None
        return
    instance = start_postgres(settings.data_dir)
    try:
        yield settings.model_copy(update={"database_url": SecretStr(instance.dsn)}), instance
    finally:
        stop_postgres(instance)


def read_settings(**explicit: object) -> Settings:
    """Settings with a root secret, and logging set up to match.

    Raises:
        SettingsProblem: the configuration is wrong.
    """
    settings = ensure_secret(load_settings(**explicit))
    configure_logging(level=settings.log_level, is_json=settings.log_format == "json")
    return settings


@asynccontextmanager
async def work(settings: Settings) -> AsyncIterator[None]:
    """One unit of work on the open, migrated database."""
    async with stores(settings), unit_of_work():
        yield


@asynccontextmanager
async def stores(settings: Settings) -> AsyncIterator[None]:
    """The open, migrated database; running servers hear of what was committed meanwhile."""
    wiring.wire(settings)
    async with open_stores(settings), recording_evaluations():
        yield
        await flush_notifications()


def run(command: Coroutine[Any, Any, Result], settings: Settings) -> Result:
    """Run a command's work in one unit of work and give its result."""

    async def _run(ready: Settings) -> Result:
        async with work(ready):
            return await command

    with running_database(settings) as (ready, _):
        return asyncio.run(_run(ready))


def run_in_steps(command: Coroutine[Any, Any, Result], settings: Settings) -> Result:
    """Run a command that opens its units of work itself, because it has many."""

    async def _run(ready: Settings) -> Result:
        async with stores(ready):
            return await command

    with running_database(settings) as (ready, _):
        return asyncio.run(_run(ready))
