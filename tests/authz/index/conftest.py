"""What tests of the index stand on: time enough, as it is the machine's clock that ends a question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.authz.engine import crews

_LONG = 600.0


@pytest.fixture(autouse=True, scope="module")
def time_enough() -> Iterator[None]:
    """No answer is given up because the machine is busy elsewhere; what is about that sets the time itself."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("resolve", "listing", "index.asking", "index.batches"):
            patch.setattr(f"app.authz.engine.{module}.MAX_SECONDS", _LONG)
        patch.setattr(crews.drive, "__defaults__", (_LONG,))
        yield
