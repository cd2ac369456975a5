"""Metrics of a server with several processes, on a port of their own."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import httpx

from tests.e2e.server import ServerProcess, free_port
from tests.metrics.support import TOKEN, Samples, parse, value

WAIT_SECONDS = 30
SENT_AT_ONCE = 10
HEADERS = {"authorization": f"Bearer {TOKEN}"}


def scrape(url: str) -> Samples:
    answer = httpx.get(f"{url}/metrics", headers=HEADERS)
    assert answer.status_code == 200, answer.text
    return parse(answer.text)


def processes_that_count(directory: Path) -> set[int]:
    """Ids of the server processes that have answered for keys."""
    return {
        int(file.name.partition("-")[0])
        for file in directory.glob("*.series")
        if b'"oidc_jwks_requests",["200"]' in file.read_bytes()
    }


def ask_for_keys(url: str, directory: Path) -> int:
    """Ask on new connections until two processes have answered; how often."""
    sent, deadline = 0, time.monotonic() + WAIT_SECONDS
    while len(processes_that_count(directory)) < 2:
        for _ in range(SENT_AT_ONCE):
            assert httpx.get(f"{url}/oauth2/jwks", timeout=30).status_code == 200
        sent += SENT_AT_ONCE
        assert time.monotonic() < deadline
    return sent


def test_a_scrape_shows_the_sums_of_all_processes(tmp_path: Path) -> None:
    port = free_port()
    server = ServerProcess(
        tmp_path / "data", command="serve --workers 2", AUTHER_METRICS_PORT=str(port), AUTHER_METRICS_TOKEN=TOKEN
    ).start()
    own, directory = f"http://127.0.0.1:{port}", tmp_path / "data" / "metrics" / str(server.port)
    try:
        sent = ask_for_keys(server.url, directory)
        told = {url: scrape(url) for url in (own, server.url)}
        refused = [httpx.get(f"{url}/metrics").status_code for url in told]

        assert [value(each, "oidc_jwks_requests_total", status="200") for each in told.values()] == [sent, sent]
        assert [value(each, "oidc_jwks_latency_ms_count") for each in told.values()] == [sent, sent]
        assert refused == [401, 401]

        first = min(processes_that_count(directory))
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + WAIT_SECONDS
        while first in processes_that_count(directory):
            assert time.monotonic() < deadline
            assert value(scrape(own), "oidc_jwks_requests_total", status="200") == sent
        assert value(scrape(own), "oidc_jwks_requests_total", status="200") == sent
    finally:
        assert server.stop() == 0, "\n".join(server.output)


def test_one_process_serves_its_metrics_on_their_port_and_not_on_its_own(tmp_path: Path) -> None:
    port = free_port()
    server = ServerProcess(tmp_path / "data", command="serve", AUTHER_METRICS_PORT=str(port)).start()
    try:
        assert httpx.get(f"{server.url}/oauth2/jwks").status_code == 200
        told = parse(httpx.get(f"http://127.0.0.1:{port}/metrics").text)

        assert value(told, "oidc_jwks_requests_total", status="200") == 1
        assert value(told, "db_pool_size") >= 1
        assert httpx.get(f"{server.url}/metrics").status_code == 404
        assert not (tmp_path / "data" / "metrics").exists()
    finally:
        assert server.stop() == 0, "\n".join(server.output)
