"""How versions of a policy are compared."""

from __future__ import annotations

import asyncio

from app.policies.service import diff_versions


async def test_large_sources_are_compared_beside_the_event_loop() -> None:
    before, after = ("\n".join(f"{number}\n{between}" for number in range(100)) for between in "12")
    task = asyncio.create_task(diff_versions(before, after))

    await asyncio.sleep(0)

    assert not task.done()
    assert (await task).startswith("--- before\n+++ after\n@@ ")
