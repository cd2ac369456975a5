"""The modelling language is pure: its tests need no database."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def database() -> None:
    """In place of the one that empties tables."""
