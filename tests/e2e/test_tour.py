"""The README's tour does what the README says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx

from app.cli.demo import DEMO_PASSWORD
from tests.e2e.forms import FormBrowser
from tests.e2e.server import ServerProcess

TOUR = Path(__file__).parents[2] / "examples" / "tour.py"


def test_the_tour_ends_with_decoded_tokens(server: ServerProcess) -> None:
    line = next(line for line in server.output if "Try a sign-in" in line)
    client_id = line.split()[-1]
    tour = subprocess.Popen(
        [sys.executable, str(TOUR), client_id, server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "BROWSER": "true"},
    )
    assert tour.stdout is not None
    printed = ""
    while not (url := re.search(r"^  (http\S+)$", printed, re.MULTILINE)):
        read = tour.stdout.readline()
        assert read, printed
        printed += read

    browser = FormBrowser(server.url).open(url.group(1)).sign_in("ada@example.com", DEMO_PASSWORD)
    assert browser.left_for is not None
    assert httpx.get(browser.left_for).status_code == 200
    rest, _ = tour.communicate(timeout=30)

    assert tour.returncode == 0, rest
    assert '"email": "ada@example.com"' in rest
    assert '"amr": [\n    "pwd"\n  ]' in rest
    assert "Refreshed" in rest
