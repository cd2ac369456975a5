"""About how much memory an index takes. Members of large dictionaries are measured by a sample."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from pyroaring import BitMap

from app.authz.engine.index.plans import Compiled
from app.authz.engine.index.store import Store

_SAMPLE: Final = 500
_NUMBER_BYTES: Final = 32
_STEP: Final = 16
_BITMAP_BYTES: Final = 160


def measure(store: Store, compiled: Compiled) -> int:
    """Bytes of the tuples, the names and what is derived from them."""
    numbers = store.numbers
    total: float = sys.getsizeof(numbers.ids) + numbers.types.itemsize * len(numbers.types)
    for kind in numbers.kinds.values():
        total += (
            sys.getsizeof(kind.numbers) + _mean(kind.numbers) * len(kind.numbers) + _NUMBER_BYTES * len(kind.numbers)
        )
    for table in store.tables.values():
        for each in (table.grants, table.held, table.conditioned, table.held_conditioned, table.open):
            total += _size_of(each)
    for shelf in compiled.closures.shelves.values():
        total += _size_of(shelf.known.young) * 2
    return int(total)


def _size_of(mapping: Mapping[Any, object]) -> float:
    return sys.getsizeof(mapping) + _mean(mapping.values()) * len(mapping)


def _mean(values: Iterable[object]) -> float:
    sample = [_weigh(each) for each in islice(values, _SAMPLE)]
    return sum(sample) / len(sample) if sample else 0.0


def _weigh(value: object) -> int:
    if isinstance(value, int):
        return 0
    if isinstance(value, BitMap):
        return _BITMAP_BYTES + 3 * len(value)
    # Memory is given out in steps.
    return sys.getsizeof(value) + _STEP - 1 & -_STEP
