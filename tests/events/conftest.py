"""A real server for the tests of the audit stream."""

from __future__ import annotations

from tests.graph.conftest import live

__all__ = ["live"]
