"""A model, and short ways to bring tuples in and out."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from app.authz.service.bulk import export_tuples, import_tuples
from app.authz.service.models import save_model
from app.authz.types import TupleFilter
from app.authz.types.saving import ModelDraft
from app.authz.types.transfer import ImportReport
from app.kit import db
from app.kit.actor import SYSTEM
from app.kit.db import unit_of_work
from tests.support import commit

MODEL = """
model
  schema 1.1
type folder
  relations
    define parent: [folder] hierarchy
    define viewer: [user] or viewer from parent
type document
  relations
    define parent: [folder]
    define editor: [user, user with in_office, group#member with in_office]
    define viewer: [user, user:*, group#member] or editor or viewer from parent
condition in_office(ip: ipaddress, floor: int) {
  ip.in_cidr("10.0.0.0/8") && floor > 2
}
"""
INVOICES = """
model
  schema 1.1
type invoice
  relations
    define payer: [user]
"""


async def save(source: str = MODEL, scope: str = "") -> None:
    await commit(save_model(SYSTEM, ModelDraft(scope, source)))


def line(entity: str, relation: str, subject: str, **limits: object) -> bytes:
    return orjson.dumps({"entity": entity, "relation": relation, "subject": subject, **limits}) + b"\n"


async def bring(*lines: bytes, skip_bad: bool = False, dry_run: bool = False) -> ImportReport:
    return await import_tuples(SYSTEM, [b"".join(lines)], skip_bad=skip_bad, dry_run=dry_run)


async def take(wanted: TupleFilter | None = None) -> list[bytes]:
    """The lines of an export."""
    async with unit_of_work():
        chunks = [chunk async for chunk in export_tuples(SYSTEM, wanted or TupleFilter())]
    return b"".join(chunks).splitlines(keepends=True)


async def revision() -> int:
    found: int = await db.fetch_value("SELECT revision FROM authz_head")
    return found


def reasons(report: ImportReport) -> Sequence[tuple[int, str]]:
    return [(each.number, each.reason) for each in report.bad]
