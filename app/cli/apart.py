"""Work in a process of its own, so that its memory is given back."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


def run_apart(function: Callable[[], Result]) -> Result:
    """What a function returns, run in a fork of this process; here, if that does not get to its end.

    The first start migrates the database and hashes passwords: 80 MB that a server would keep for good. The function
    has to be one that may begin anew, since a failure shows only here. No threads may run, no event loop.

    Raises:
        Whatever the function raises.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(function, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        return function()
    result: Result = pickle.loads(answer)  # noqa: S301 - from our own fork
    return result


def _answer(function: Callable[[], object], writing: int) -> None:
    """Never returns: what the parent has opened and will close is not the child's."""
    code = 1
    with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
        pickle.dump(function(), pipe)
        code = 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
