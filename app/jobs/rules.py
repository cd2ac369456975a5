"""Pure rules of the jobs room."""

from __future__ import annotations

from datetime import timedelta

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(hours=1)
MAX_ERROR_CHARS = 2_000
# Keeps the power small enough for a timedelta.
_MAX_DOUBLINGS = 20


def retry_pause(attempt: int, spread: float) -> timedelta:
    """How long to wait after the attempt with this number (1 is the first) failed.

    Args:
        spread: 0..1, random: the pause lies between half and all of 2 s · 2^(attempt-1), capped at 1 h.
    """
    ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * int(2 ** min(attempt - 1, _MAX_DOUBLINGS)))
    return ceiling * (0.5 + spread / 2)


def describe_error(error: BaseException) -> str:
    """One bounded text for the job's row, without characters that PostgreSQL refuses."""
    detail = getattr(error, "detail", None)
    code = getattr(error, "code", None)
    name = type(error).__name__ if not isinstance(code, str) else f"{type(error).__name__} {code}"
    text = f"{name}: {error}" + (f" ({detail})" if detail else "")
    printable = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return printable[:MAX_ERROR_CHARS]
