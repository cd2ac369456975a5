"""What an import makes of tuples that name who does not exist."""

from __future__ import annotations

from app.authz.service.bulk import import_tuples
from app.kit.actor import SYSTEM
from tests.authz.people import exist
from tests.authz.transfer.support import INVOICES, bring, line, reasons, revision, save, take
from tests.support import counted_statements

STAFF = "group:staff"


async def test_lines_on_auther_s_own_types_name_who_exists() -> None:
    await save()
    await exist("user:ann")
    good = [line(STAFF, "member", "user:ann"), line("document:1", "viewer", "user:later")]
    bad = [
        line(STAFF, "member", "user:bob"),
        line("clients:cli_x", "admin", "user:ann"),
        line("keys:*", "admin", "apikey:key_1"),
    ]
    before = await revision()

    stopped = await bring(*good, *bad)
    skipped = await bring(*good, *bad, skip_bad=True)

    assert (stopped.written, stopped.is_complete, skipped.written, skipped.refused) == (0, False, 2, 3)
    assert reasons(stopped) == reasons(skipped)
    assert reasons(skipped) == [
        (3, "group:staff#member@user:bob: there is no user bob."),
        (4, "clients:cli_x#admin@user:ann: there is no client cli_x."),
        (5, "keys:*#admin@apikey:key_1: there is no API key key_1."),
    ]
    assert await revision() == before + 1
    assert sorted(await take()) == sorted(good)


async def test_on_types_of_applications_when_it_is_wanted() -> None:
    await save(INVOICES, "cli_a")
    await exist("user:ann")
    lines = [line("cli_a:invoice:1", "payer", "user:ann"), line("cli_a:invoice:1", "payer", "user:bob")]

    dry = await import_tuples(SYSTEM, lines, subjects_must_exist=True, dry_run=True)
    report = await import_tuples(SYSTEM, lines, subjects_must_exist=True, skip_bad=True)

    assert reasons(dry) == reasons(report) == [(2, "cli_a:invoice:1#payer@user:bob: there is no user bob.")]
    assert await take() == lines[:1]
    assert (await bring(*lines)).written == 1


async def test_a_batch_asks_in_one_statement_and_not_without_need() -> None:
    await save()
    people = [f"user:u{n}" for n in range(30)]
    await exist(*people)

    async def asked(*lines: bytes, subjects_must_exist: bool = False) -> int:
        with counted_statements() as statements:
            await import_tuples(SYSTEM, lines, subjects_must_exist=subjects_must_exist)
        return len([each for each in statements if "NOT EXISTS" in each])

    owned = [line("document:1", "viewer", each) for each in people]
    assert await asked(*owned) == 0
    assert await asked(*owned, subjects_must_exist=True) == 1
    assert await asked(*(line(STAFF, "member", each) for each in people)) == 1
