"""Use cases of the metrics room: read them all, sample what nobody notes, share them between processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from app.kit.settings import Settings
from app.metrics.cells import cells
from app.metrics.exposition import render
from app.metrics.rules import sum_up
from app.metrics.shared import prepare_directory, read_all

# Gauges are at most so old.
SAMPLE_SECONDS: Final = 5.0

Sampler = Callable[[], None]

_samplers: list[Sampler] = []


def is_on(settings: Settings) -> bool:
    """Whether anybody can read the metrics."""
    return settings.metrics_token is not None or settings.metrics_port is not None


def render_metrics() -> bytes:
    """All metrics, those of every process of a shared directory, as Prometheus reads them. Any thread may ask."""
    directory = cells.directory
    found = cells.list_series() if directory is None else read_all(directory, cells.metrics)
    return render(sum_up(found))


def sample(sampler: Sampler) -> None:
    """Call this every few seconds to set gauges. It must not wait. Asking twice counts once."""
    if sampler not in _samplers:
        _samplers.append(sampler)


def take_samples() -> None:
    """Set the gauges now."""
    for sampler in _samplers:
        sampler()


@asynccontextmanager
async def sampling(settings: Settings) -> AsyncIterator[None]:
    """Set the gauges every few seconds during the block, if anybody can read them."""
    if not is_on(settings):
        yield
        return
    task = asyncio.create_task(_keep_sampling(), name="metrics sampler")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def share_metrics(settings: Settings) -> None:
    """Before server processes start: let this process read what they count."""
    if is_on(settings) and settings.workers > 1:
        directory = _directory_of(settings)
        prepare_directory(directory)
        cells.directory = directory


def join_metrics(settings: Settings) -> None:
    """In a server process: count where the others count."""
    if is_on(settings) and settings.workers > 1:
        cells.join(_directory_of(settings))


async def _keep_sampling() -> None:
    while True:
        take_samples()
        await asyncio.sleep(SAMPLE_SECONDS)


def _directory_of(settings: Settings) -> Path:
    """One for each port: two servers may have one data directory."""
    return settings.data_dir / "metrics" / str(settings.port)
