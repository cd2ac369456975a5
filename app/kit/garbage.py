"""How often a server looks for garbage: seldom, and not among what the program is made of.

Modules, the schema and what is loaded at the start are some four hundred thousand objects. A look through all of them
stops the process for a quarter of a second, and nothing of them is ever garbage.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# New objects between two looks at them; every so many of those looks goes further, and every so many of these to the
# end. Requests leave little behind that counting references does not find.
_THRESHOLDS: Final = (50_000, 20, 20)


@contextmanager
def sparing() -> Iterator[None]:
    """Leave alone what is there when the block begins, as long as it lasts."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
