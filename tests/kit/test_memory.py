"""Freed memory goes back where the C library can give it, and nothing breaks where it cannot."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator

import pytest

from app.kit import memory


@pytest.fixture(autouse=True)
def _look_anew() -> Iterator[None]:
    memory._find_trim.cache_clear()
    yield
    memory._find_trim.cache_clear()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU library has it")
def test_the_gnu_library_gives_it_back() -> None:
    memory.give_back()

    assert memory._find_trim() is not None


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())

    memory.give_back()

    assert memory._find_trim() is None
