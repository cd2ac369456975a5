"""Two server processes give a caller one budget together."""

from __future__ import annotations

from pathlib import Path

import httpx

from app.graph.budget import UNTOLD_PART
from tests.e2e.server import ServerProcess

BUDGET, PROCESSES, ATTEMPTS = 300, 2, 3
ASKED = {"query": "{ server { version } }"}


def spend(url: str) -> tuple[int, set[str]]:
    """Points that were given until nothing was left, and the minutes that this touched. Each request connects anew."""
    given, refused, minutes = 0, 0, set()
    while refused < 20 * PROCESSES:
        answer = httpx.post(f"{url}/graphql", json=ASKED, headers={"connection": "close"}, timeout=30)
        cost = answer.json()["extensions"]["cost"]
        minutes.add(cost["resetAt"])
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) <= 60
            refused += 1
        else:
            given += cost["requested"]
    return given, minutes


def test_the_sum_of_two_processes_is_bounded(tmp_path: Path) -> None:
    server = ServerProcess(
        tmp_path / "data", AUTHER_WORKERS=str(PROCESSES), AUTHER_GRAPHQL_ANONYMOUS_BUDGET=str(BUDGET)
    ).start()
    try:
        for _ in range(ATTEMPTS):
            given, minutes = spend(server.url)
            if len(minutes) == 1:
                break
    finally:
        server.stop()

    assert len(minutes) == 1, "no attempt lay within one minute"
    assert BUDGET <= given <= BUDGET + PROCESSES * (BUDGET // UNTOLD_PART)
