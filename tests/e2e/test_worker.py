"""The worker as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

WAIT_SECONDS = 30
MAILS = {"query": "{ mails(first: 5) { nodes { to template } } }"}


def mails(operator: FormBrowser) -> list[dict[str, str]]:
    headers = {"x-auther-csrf": "1", "accept": "application/json"}
    answer = operator.client.post("/graphql", json=MAILS, headers=headers).json()
    nodes: list[dict[str, str]] = answer["data"]["mails"]["nodes"]
    return nodes


def test_work_waits_for_a_worker_and_is_done_by_it(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "data", AUTHER_RUN_WORKER="false").start()
    worker: subprocess.Popen[bytes] | None = None
    try:
        operator = FormBrowser(server.url).open("/signin").sign_in("admin", server.password)
        FormBrowser(server.url).open("/password/forgot").submit(identifier="ada@example.com")
        assert mails(operator) == []

        worker = subprocess.Popen([sys.executable, "-m", "app.cli", "worker"], env=server.environment())
        deadline = time.monotonic() + WAIT_SECONDS
        while not mails(operator):
            assert time.monotonic() < deadline
        assert mails(operator) == [{"to": "ada@example.com", "template": "reset_password"}]

        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT_SECONDS) == 0
    finally:
        if worker is not None and worker.poll() is None:
            worker.kill()
        assert server.stop() == 0
