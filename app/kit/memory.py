"""Memory that the process has freed, given back to the system."""

from __future__ import annotations

import ctypes
from functools import cache


def give_back() -> None:
    """Return what lies free between what is used: after large things were made, much of it is never needed again.

    The C library does so by itself only at the end of its heap. One without `malloc_trim` keeps what it has.
    Takes some milliseconds. Source: malloc_trim(3).
    """
    trim = _find_trim()
    if trim is not None:
        trim(0)


@cache
def _find_trim() -> ctypes._NamedFuncPointer | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
