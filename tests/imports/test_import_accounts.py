"""Importing accounts: as they were, each once, without a word to anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from app.clients.service import declare_client
from app.clients.types import ClientKind, DeclaredClient, NewClient
from app.credentials.service import check_password
from app.imports import service
from app.imports.service import import_accounts
from app.imports.types import BadRecord, ImportReport, Record
from app.kit import db
from app.kit.actor import ANONYMOUS, SYSTEM
from app.kit.errors import Forbidden, Unauthenticated
from app.users.service import delete_user, find_by_email, get_user
from app.users.types import UserStatus
from tests.support import (
    as_user,
    commit,
    counted_statements,
    deciding,
    make_user,
    read_audit,
    read_everything,
    read_outbox,
)

HASH = "pbkdf2_sha256$1000$d8xeKj9iihyOWrThT3kncQ$ZeeiTjbAc9Uhm0Xst3iwdq74tOqLyEYY8kY3AFkqOcw="


def records(*rows: dict[str, Any]) -> list[Record]:
    return [Record(line, row) for line, row in enumerate(rows, start=1)]


def nested(depth: int) -> dict[str, Any]:
    """An object within an object, and so on."""
    found: dict[str, Any] = {}
    for _ in range(depth):
        found = {"a": found}
    return found


def person(user_id: str, **more: Any) -> dict[str, Any]:
    return {"id": user_id, "email": f"{user_id}@example.com", **more}


async def run(rows: Iterable[Record], **options: Any) -> ImportReport:
    return await import_accounts(SYSTEM, rows, **options)


async def count_users() -> int:
    return int(await db.fetch_value("SELECT count(*) FROM users_user"))


async def test_an_account_comes_as_it_was() -> None:
    row = person(
        "42", emailVerified=True, username="Ada", name="Ada Lovelace", locale="en", attributes={"seats": 3},
        passwordHash=HASH, createdAt="2020-02-03T04:05:06Z", banned=True, banReason="spam",
    )  # fmt: skip

    report = await run(records(row))

    assert report == ImportReport(1, 1, 0, 0, (), is_complete=True)
    user = await get_user("42")
    assert (user.email, user.email_verified, user.username, user.name) == (
        "42@example.com",
        True,
        "Ada",
        "Ada Lovelace",
    )
    assert (user.locale, user.attributes, user.created_at.isoformat()) == (
        "en",
        {"seats": 3},
        "2020-02-03T04:05:06+00:00",
    )
    assert (user.status, user.last_sign_in_at) == (UserStatus.BANNED, None)
    assert user.ban is not None
    assert (user.ban.reason, user.ban.until) == ("spam", None)
    assert (await check_password("42", "lètmein")).is_correct


async def test_nobody_is_told_but_the_audit_trail() -> None:
    await run(records(person("1", name="Ada", passwordHash=HASH), person("2")))

    told = sorted((event.action, event.target_id or "") for event in await read_audit())
    assert told == [("user.imported", "1"), ("user.imported", "2")]
    assert HASH not in str([event.after for event in await read_audit()])
    assert await read_outbox() == []
    assert await db.fetch_value("SELECT count(*) FROM jobs_job WHERE kind LIKE 'mail%'") == 0


async def test_an_account_without_id_gets_one_of_ours() -> None:
    await run(records({"email": "ada@example.com"}))

    user = await find_by_email("ada@example.com")
    assert user is not None
    assert user.id.startswith("usr_")


async def test_doing_it_again_only_makes_what_is_missing() -> None:
    rows = [person("1"), person("2", name="Two"), {"email": "three@example.com"}]
    await run(records(*rows[:2]))
    before = await get_user("2")

    again = [rows[0], {**rows[1], "name": "Renamed", "email": "2@EXAMPLE.com"}, rows[2], rows[2]]
    report = await run(records(*again))

    assert report == ImportReport(4, 1, 3, 0, (), is_complete=True)
    assert await get_user("2") == before
    assert (await run(records(*again))).created == 0


async def test_a_password_that_was_changed_meanwhile_stays() -> None:
    await run(records(person("1")))

    report = await run(records(person("1", passwordHash=HASH)))

    assert report.existing == 1
    assert not (await check_password("1", "lètmein")).is_correct


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (person("1", email="other@example.com"), "A user with this id exists, or existed and was deleted."),
        (person("9", email="1@Example.com"), "A user with this e-mail address exists already."),
        (person("9", username="ONE"), "This username is taken."),
        ({"email": "nine@example.com", "username": "one"}, "This username is taken."),
        (person("gone"), "A user with this id exists, or existed and was deleted."),
        (person("9", email="nowhere"), "email: This is not an e-mail address."),
        (person("auther-cli"), "id: This is the id of a client."),
        (person("a b", email="ab@example.com"), "id: An id has 1 to 64 letters, digits and . _ : @ | -"),
        (
            person("9", passwordHash="plain"),
            "A password hash is argon2, bcrypt, scrypt or PBKDF2, in PHC or Django form.",
        ),
        (person("9", createdAt="1969-12-31T23:59:59Z"), "createdAt: An account was made in 1970 at the earliest, and"),
        (person("9", createdAt="2999-01-01T00:00:00Z"), "createdAt: An account was made in 1970 at the earliest, and"),
        (person("9", banned=True, banUntil="9999-12-31T23:59:59-14:00"), "banUntil: A ban ends between 1970 and 9000."),
        (person("9", banUntil="2100-01-01T00:00:00Z"), "banned: A ban has an end or a reason only where it is one"),
        (person("9", banReason="spam", banned=False), "banned: A ban has an end or a reason only where it is one"),
        (person("9", attributes=nested(300)), "attributes: Attributes hold texts, numbers"),
        (person("9", banReason="x" * 501), "banReason: A reason has at most 500 characters"),
        (person("9", banReason="x\0"), "banReason: A reason has at most 500 characters"),
        (person("9", emailVerified="maybe"), "`emailVerified` has to be true or false."),
    ],
)
async def test_a_record_that_cannot_be_imported_is_named_and_stops_its_batch(row: dict[str, Any], reason: str) -> None:
    await run(records(person("1", username="one")))
    await make_user("gone@example.com", id="gone")
    await commit(delete_user(SYSTEM, "gone"))
    cli = NewClient(name="CLI", kind=ClientKind.DEVICE)
    await commit(declare_client(DeclaredClient(id="auther-cli", client=cli)))
    before = await read_everything()

    report = await run(records(person("8"), row))

    assert (report.read, report.created, report.refused, report.is_complete) == (2, 0, 1, False)
    (bad,) = report.bad
    assert bad.line == 2
    assert bad.reason.startswith(reason)
    assert await read_everything() == before

    skipped = await run(records(person("8"), row), skip_bad=True)
    assert (skipped.created, skipped.refused, skipped.is_complete) == (1, 1, True)


async def test_two_records_of_one_address_clash_within_a_batch() -> None:
    report = await run(records(person("1"), person("2", email="1@example.com"), person("1")), skip_bad=True)

    assert report == ImportReport(
        3, 1, 1, 1, (BadRecord(2, "A user with this e-mail address exists already."),), is_complete=True
    )


async def test_batches_before_a_bad_record_are_kept_and_those_after_it_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    told: list[tuple[int, int]] = []
    rows = [
        person("1"),
        person("2"),
        person("3"),
        person("x y", email="xy@example.com"),
        person("5"),
        person("6", email="?"),
    ]

    report = await run(records(*rows), progress=lambda read, made: told.append((read, made)))

    assert (report.read, report.created, report.refused, report.is_complete) == (6, 2, 2, False)
    assert [bad.line for bad in report.bad] == [4, 6]
    assert told == [(2, 2), (4, 2), (6, 2)]
    assert await count_users() == 2

    mended = [person("1"), person("2"), person("3"), person("4"), person("5"), person("6")]
    assert (await run(records(*mended))).created == 4


async def test_a_hopeless_file_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 10)
    monkeypatch.setattr(service, "MAX_BAD", 15)

    report = await run(records(*[{"email": "?"}] * 50))

    assert (report.read, report.refused, len(report.bad)) == (20, 20, 15)


async def test_a_dry_run_tells_and_changes_nothing() -> None:
    await run(records(person("1")))
    before = await read_everything()

    report = await run(records(person("1"), person("2", passwordHash=HASH)), dry_run=True)

    assert report == ImportReport(2, 1, 1, 0, (), is_complete=True)
    assert await read_everything() == before


async def test_two_imports_of_one_file_at_once_make_each_account_once() -> None:
    rows = records(*(person(str(n), passwordHash=HASH) for n in range(200)))

    reports = await asyncio.gather(run(rows), run(rows))

    assert sorted(report.created for report in reports) == [0, 200]
    assert all(report.is_complete for report in reports)
    assert await count_users() == 200


async def test_only_platform_managers_import() -> None:
    rows = records(person("1"))
    manager = await make_user("manager@example.com")
    plain = await make_user("plain@example.com")
    with deciding(**{manager.id: {"platform.manage_platform", "users.create"}, plain.id: {"users.create"}}):
        for caller, error in ((ANONYMOUS, Unauthenticated), (as_user(plain), Forbidden)):
            with pytest.raises(error):
                await import_accounts(caller, rows)
            assert await count_users() == 2
        report = await import_accounts(as_user(manager), rows)

    assert report.created == 1


async def test_statements_do_not_grow_with_the_accounts() -> None:
    async def statements(count: int, start: int) -> int:
        with counted_statements() as seen:
            await run(records(*(person(str(n), passwordHash=HASH) for n in range(start, start + count))))
        return len(seen)

    assert await statements(1, 0) == await statements(100, 100)
