"""Work in a process of its own: its answer comes back, its memory does not, and its failures show here."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import os, sys
from app.cli.apart import run_apart
from app.kit.errors import Unavailable

first = os.getpid()

def succeed():
    kept.extend(bytearray(1 << 20) for _ in range(3))
    return os.getpid()

def fail():
    raise Unavailable("kit_test", f"seen by {'the parent' if os.getpid() == first else 'the fork'}")

def die():
    if os.getpid() != first:
        os.kill(os.getpid(), 9)
    return "done here"

def answer_what_cannot_travel():
    return (lambda: 7) if os.getpid() != first else 7

kept = []
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _SCRIPT + code], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_answer_comes_from_another_process_that_keeps_its_memory() -> None:
    done = run("print(run_apart(succeed) != first, len(kept))")

    assert (done.stdout, done.stderr, done.returncode) == ("True 0\n", "", 0)


@pytest.mark.parametrize(("function", "answer"), [("die", "done here"), ("answer_what_cannot_travel", "7")])
def test_what_does_not_get_to_its_end_is_done_here(function: str, answer: str) -> None:
    done = run(f"print(run_apart({function}))")

    assert (done.stdout, done.stderr, done.returncode) == (f"{answer}\n", "", 0)


def test_an_error_is_raised_here() -> None:
    done = run(
        """
try:
    run_apart(fail)
except Unavailable as error:
    print(error.code, error)
"""
    )

    assert (done.stdout, done.stderr) == ("kit_test seen by the parent\n", "")


def test_what_was_opened_before_is_closed_by_the_parent_alone() -> None:
    done = run(
        """
try:
    run_apart(succeed)
finally:
    print("closed")
"""
    )

    assert done.stdout == "closed\n"
