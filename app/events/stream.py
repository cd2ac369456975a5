"""The audit trail as a stream, in the order of its chain.

Sealing gives every committed row the next position within half a second, without gaps and in the
order of the commits. So a position says exactly what a reader has seen, whichever process it asks.
"""

from __future__ import annotations

from functools import lru_cache, partial

from app.events import chain, chain_queries, queries
from app.events.chain_queries import ChainEnds
from app.events.errors import AuditCursorGone
from app.events.service import guard_reading
from app.events.types import AuditFilter, AuditSlice
from app.kit.actor import Actor
from app.kit.crypto import Keyring
from app.kit.paging import Direction, PageRequest, Sort, encode_cursor, keyset
from app.kit.runtime import keyring
from app.kit.sharing import Shared

SLICE = 100
# How many positions one look goes through: a filter that matches little must not read the whole trail at once.
WINDOW = 5_000
_slices: Shared[tuple[AuditFilter, int], AuditSlice] = Shared()
_PLACE = Sort("audit:position", ("position",), ("bigint",), Direction.ASC)


async def find_audit_place(actor: Actor, wanted: AuditFilter, cursor: str | None) -> int:
    """The position where a reader goes on: that of the cursor, else the present end of the chain.

    Raises:
        Forbidden, Unauthenticated: see `service.guard_reading`.
        InvalidInput: `kit_cursor`, not one of this stream.
        AuditCursorGone: `events_cursor_gone`.
    """
    await guard_reading(actor, wanted)
    return await find_place(cursor)


async def find_place(cursor: str | None) -> int:
    """The position of a cursor, else the present end of the chain. No guard: behind one.

    Raises:
        InvalidInput, AuditCursorGone: as `find_audit_place`.
    """
    ends = await _read_ends()
    if cursor is None:
        return ends.head.position
    (text,) = keyset(_PLACE, PageRequest(after=cursor), first_parameter=1).args
    position = int(str(text))
    _require_within(ends, position)
    return position


async def read_audit_slice(actor: Actor, wanted: AuditFilter, position: int) -> AuditSlice:
    """What follows a position and matches, up to `SLICE` events. Asks for the permission each time.

    Raises:
        Forbidden, Unauthenticated: as `find_audit_place`.
        AuditCursorGone: `events_cursor_gone`, retention has overtaken the reader.
    """
    await guard_reading(actor, wanted)
    return await read_slice(wanted, position)


async def read_slice(wanted: AuditFilter, position: int) -> AuditSlice:
    """What follows a position and matches; who asks for the same at the same time shares a read. No guard: behind one.

    Raises:
        AuditCursorGone: as `read_audit_slice`.
    """
    return await _slices.get((wanted, position), partial(_read_slice, wanted, position))


def forget_slices() -> None:
    """Read anew from now on: something was sealed."""
    _slices.forget()


async def _read_slice(wanted: AuditFilter, position: int) -> AuditSlice:
    ends = await _read_ends()
    _require_within(ends, position)
    until = min(ends.head.position, position + WINDOW)
    if until == position:
        return AuditSlice((), position, has_more=False)
    events = await queries.list_chained(wanted, position, until, SLICE)
    if len(events) == SLICE:
        return AuditSlice(tuple(events), events[-1][0], has_more=True)
    return AuditSlice(tuple(events), until, has_more=until < ends.head.position)


def audit_cursor(position: int) -> str:
    """The opaque, signed cursor of a position; all readers of a place are told the same."""
    return _make_cursor(keyring(), position)


@lru_cache(maxsize=1_024)
def _make_cursor(_signer: Keyring, position: int) -> str:
    return encode_cursor(_PLACE, (position,))


async def _read_ends() -> ChainEnds:
    return await chain_queries.read_head() or ChainEnds(chain.GENESIS, chain.GENESIS, b"")


def _require_within(ends: ChainEnds, position: int) -> None:
    if not ends.floor.position <= position <= ends.head.position:
        raise AuditCursorGone
