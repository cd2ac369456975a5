"""Use cases of the metrics room: read them all, sample what nobody notes, share them between processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from app.kit.actor import Actor
from app.kit.guard import guard
from app.kit.settings import Settings
from app.metrics.cells import cells
from app.metrics.exposition import render
from app.metrics.rules import group, sum_up
from app.metrics.shared import prepare_directory, read_all
from app.metrics.types import Measured, Series

# Gauges are at most so old.
SAMPLE_SECONDS: Final = 5.0

Sampler = Callable[[], None]

_samplers: list[Sampler] = []


def render_metrics() -> bytes:
    """All metrics, those of every process of a shared directory, as Prometheus reads them. Any thread may ask."""
    return render(_read_series())


async def guard_metrics(actor: Actor) -> None:
    """Let an actor read the metrics.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
    """
    await guard(actor, "platform.manage_platform")


async def read_metrics(prefixes: tuple[str, ...] = ()) -> list[Measured]:
    """All metrics as they are now, or those whose names begin so, of every process. No guard: see `guard_metrics`."""
    take_samples()
    return group(await asyncio.to_thread(_read_series), prefixes)


def sample(sampler: Sampler) -> None:
    """Call this every few seconds to set gauges. It must not wait. Asking twice counts once."""
    if sampler not in _samplers:
        _samplers.append(sampler)


def take_samples() -> None:
    """Set the gauges now."""
    for sampler in _samplers:
        sampler()


@asynccontextmanager
async def sampling() -> AsyncIterator[None]:
    """Set the gauges every few seconds during the block."""
    task = asyncio.create_task(_keep_sampling(), name="metrics sampler")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def share_metrics(settings: Settings) -> None:
    """Before server processes start: let this process read what they count."""
    if settings.workers > 1:
        directory = _directory_of(settings)
        prepare_directory(directory)
        cells.directory = directory


def join_metrics(settings: Settings) -> None:
    """In a server process: count where the others count."""
    if settings.workers > 1:
        cells.join(_directory_of(settings))


def _read_series() -> list[Series]:
    directory = cells.directory
    return sum_up(cells.list_series() if directory is None else read_all(directory, cells.metrics))


async def _keep_sampling() -> None:
    while True:
        take_samples()
        await asyncio.sleep(SAMPLE_SECONDS)


def _directory_of(settings: Settings) -> Path:
    """One for each port: two servers may have one data directory."""
    return settings.data_dir / "metrics" / str(settings.port)
