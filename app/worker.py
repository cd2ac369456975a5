"""The worker as a process of its own: `auther worker`."""

from __future__ import annotations

import asyncio
import signal

from app import wiring
from app.jobs.service import Worker
from app.kit.settings import Settings
from app.main import open_stores


async def run_worker(settings: Settings) -> None:
    """Run background jobs until SIGINT or SIGTERM; what has begun is finished or handed back.

    Raises:
        Unavailable: `kit_database_unavailable`.
    """
    wiring.wire(settings)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with open_stores(settings):
        await Worker().run(stop)
