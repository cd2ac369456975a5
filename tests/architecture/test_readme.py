"""What the README says of the code is taken from the code."""

from __future__ import annotations

from pathlib import Path

from app.cli.config import render_reference

ROOT = Path(__file__).parents[2]


def test_the_table_of_settings_is_the_code_s() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.split("<!-- settings -->\n")[1].split("\n<!-- /settings -->")[0]

    assert table == render_reference(), "paste the output of `auther config reference` into the README"
