"""Importing a file of accounts, batch by batch.

Unlike other services an import opens its units of work itself: each batch is one, so that a file of any size neither
blocks other writers nor has to begin anew after a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from app.clients.service import get_clients
from app.credentials.service import adopt_hashes, find_hash_problem
from app.credentials.types import ImportedHash
from app.imports import rules
from app.imports.types import Account, BadRecord, ImportReport, Record
from app.kit.actor import Actor
from app.kit.db import unit_of_work
from app.kit.errors import AppError
from app.kit.guard import guard
from app.users.importing import import_users, prepare

# Records of one unit of work.
BATCH: Final = 2_000
# Bad records that a report names.
MAX_BAD: Final = 100

_NAMESAKE: Final = "id: This is the id of a client."

# Called after each batch with the records read and the accounts made so far.
Progress = Callable[[int, int], None]


class _RolledBack(Exception):
    """Ends a unit of work that is not to last."""


async def import_accounts(
    actor: Actor,
    records: Iterable[Record],
    *,
    progress: Progress | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    """Make the accounts of a file, with the ids and hashes that they had. Doing it again makes those that are missing.

    A batch with a bad record is not written, nor what comes after it, but the rest is still looked through for bad
    ones, until there are `MAX_BAD`. Nobody gets mail, and no account that exists is changed.

    Args:
        skip_bad: leave bad records out and import the others.
        dry_run: only tell what would be done. What one batch would do is not known to the next.

    Raises:
        Forbidden, Unauthenticated: without `platform.manage_platform`.
        RuntimeError: inside a unit of work.
    """
    async with unit_of_work():
        await guard(actor, "platform.manage_platform")
    work = _Import(actor, skip_bad=skip_bad, dry_run=dry_run)
    for batch in _batches(records):
        await work.take(batch)
        if progress is not None:
            progress(work.read, work.created)
        if work.is_hopeless:
            break
    return work.report()


class _Import:
    """An import on its way."""

    def __init__(self, actor: Actor, *, skip_bad: bool, dry_run: bool) -> None:
        self.read = 0
        self.created = 0
        self._existing = 0
        self._refused = 0
        self._bad: list[BadRecord] = []
        self._is_stopped = False
        self._actor = actor
        self._skip_bad = skip_bad
        self._dry_run = dry_run

    @property
    def is_hopeless(self) -> bool:
        """Nothing will be written any more, and enough is known of why."""
        return self._is_stopped and self._refused >= MAX_BAD

    async def take(self, batch: Sequence[Record]) -> None:
        """Write a batch, or refuse it."""
        self.read += len(batch)
        accounts, bad = _examine(batch)
        self._note(bad)
        try:
            async with unit_of_work():
                accounts, namesakes = await _part_namesakes(accounts)
                created, existing, clashes = await self._write(accounts)
                self._note([*namesakes, *clashes])
                if self._is_stopped or self._dry_run:
                    raise _RolledBack
        except _RolledBack:
            pass
        if not self._is_stopped:
            self.created += created
            self._existing += existing

    def report(self) -> ImportReport:
        """What came of it."""
        is_complete = not self._is_stopped
        return ImportReport(self.read, self.created, self._existing, self._refused, tuple(self._bad), is_complete)

    def _note(self, bad: Sequence[BadRecord]) -> None:
        self._refused += len(bad)
        self._bad += bad[: max(MAX_BAD - len(self._bad), 0)]
        if bad and not self._skip_bad:
            self._is_stopped = True

    async def _write(self, accounts: Sequence[tuple[int, Account]]) -> tuple[int, int, list[BadRecord]]:
        outcomes = await import_users(self._actor, [account.user for _, account in accounts])
        pairs = list(zip(accounts, outcomes, strict=True))
        made = [(account, outcome) for (_, account), outcome in pairs if isinstance(outcome, str)]
        await adopt_hashes(
            [
                ImportedHash(user_id, account.password_hash, account.must_change)
                for account, user_id in made
                if account.password_hash is not None
            ]
        )
        clashes = [BadRecord(line, error.message) for (line, _), error in pairs if isinstance(error, AppError)]
        return len(made), sum(outcome is None for outcome in outcomes), clashes


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    waiting = iter(records)
    while batch := list(islice(waiting, BATCH)):
        yield batch


async def _part_namesakes(
    accounts: Sequence[tuple[int, Account]],
) -> tuple[list[tuple[int, Account]], list[BadRecord]]:
    """Those whose ids are no client's, and the others: who reads `sub` alone would mix them up (RFC 9700 §4.15)."""
    clients = await get_clients([account.user.id for _, account in accounts if account.user.id is not None])
    bad = [BadRecord(line, _NAMESAKE) for line, account in accounts if account.user.id in clients]
    return [pair for pair in accounts if pair[1].user.id not in clients], bad


def _examine(batch: Sequence[Record]) -> tuple[list[tuple[int, Account]], list[BadRecord]]:
    accounts: list[tuple[int, Account]] = []
    bad: list[BadRecord] = []
    for record in batch:
        read = _read(record)
        if isinstance(read, Account):
            accounts.append((record.line, read))
        else:
            bad.append(BadRecord(record.line, read))
    return accounts, bad


def _read(record: Record) -> Account | str:
    """The account of a record, or what is wrong with it."""
    if record.problem is not None:
        return record.problem
    try:
        account = rules.to_account(record.values)
    except rules.ValueInvalid as error:
        return str(error)
    user = prepare(account.user)
    if isinstance(user, AppError):
        return f"{'.'.join(user.field)}: {user.message}"
    problem = find_hash_problem(account.password_hash) if account.password_hash is not None else None
    return problem or replace(account, user=user)
