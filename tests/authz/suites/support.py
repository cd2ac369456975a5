"""Suites from text."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from app.authz.suites.load import read_suite
from app.authz.suites.run import run_suite
from app.authz.suites.types import SuiteReport

MODEL = """
model: |
  model
    schema 1.1
  type user
  type group
    relations
      define member: [user]
  type document
    relations
      define owner: [user]
      define editor: [user with is_cheap] or owner
      define viewer: [user, user:*, group#member] or editor
  condition is_cheap(price: int) {
    price < 10
  }
"""


async def run_text(text: str, folder: Path = Path(), file: str = "tests.yaml") -> SuiteReport:
    """The report of a suite that is written after the model above, if it says `MODEL` first."""
    return await run_suite(read_suite(dedent(text).replace("MODEL\n", MODEL.lstrip()), file, folder))
