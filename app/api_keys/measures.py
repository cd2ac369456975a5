"""What the api_keys room counts and times."""

from __future__ import annotations

from typing import Final

from app.metrics.instruments import Counter, Histogram

_ACCEPTED: Final = "accepted"
_DURATION: Final = Histogram(
    "apikey.resolve.duration_ms", "How long it took to find out whether a shown API key counts.", ("result",)
)
_RESOLVED: Final = Counter("apikey.resolve.count", "API keys that were shown, by what came of it.", ("result",))
_BLOCKS: Final = Counter("apikey.rate.blocks", "Blocks of uses that rate limits were asked for.")
_blocks: Final = _BLOCKS.of()


def note_accepted(seconds: float) -> None:
    """Count a key that was let in."""
    _note(_ACCEPTED, seconds)


def note_refused(code: str, seconds: float) -> None:
    """Count a key that was not let in, by the code of the refusal."""
    _note(code.removeprefix("api_keys_"), seconds)


def note_block() -> None:
    """Count a block of uses that was fetched from the database."""
    _blocks.add()


def _note(result: str, seconds: float) -> None:
    _DURATION.of(result).observe(seconds * 1_000)
    _RESOLVED.of(result).add()
