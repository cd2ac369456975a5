"""`auther users delete`, `restore`, `merge` and `export`: the end of accounts, and what is known of a person."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from app.cli.output import Columns, Printer, confirm, fail
from app.cli.printing import printing
from app.cli.target import ask, describe_target, find_server
from app.cli.user_factors import find_id
from auther_client import Operations, accepted
from auther_client.generated.inputs import UserDataExportInput, UserDeleteInput, UserMergeInput, UserRestoreInput
from auther_client.generated.users import UserDeleteResult, UserMergeResult, UserMergeResultParts

_WHO = typer.Argument(metavar="USER", help="Id, or e-mail address.")
_YES = typer.Option(False, "--yes", "-y", help="Do not ask.")
_PARTS: Columns[UserMergeResultParts] = {
    "what": lambda part: part.name,
    "moved": lambda part: part.moved,
    "dropped": lambda part: part.dropped,
}


@printing
def delete(
    out: Printer,
    who: str = _WHO,
    now: bool = typer.Option(False, "--now", help="Erase at once, with no time to have the account back."),
    yes: bool = _YES,
) -> None:
    """Delete a user: nobody signs in as them any more, and after the grace period they are erased for good.

    Example: auther users delete ada@example.com --yes
    """
    how = "Erase {} on {} for good?" if now else "Delete {} on {}?"
    confirm(how.format(who, describe_target()), is_sure=yes)

    async def work(api: Operations) -> UserDeleteResult:
        return accepted(await api.user_delete(UserDeleteInput(id=await find_id(api, who), immediately=now)))

    done = ask(work)
    if done.user is not None and done.user.deletion is not None:
        out.show_record({"id": done.user.id, "erasedAt": done.user.deletion.erased_at})
    else:
        out.show_record({"deletedId": done.deleted_id})


@printing
def restore(out: Printer, who: str = _WHO) -> None:
    """Call off the deletion of a user who is not erased yet.

    Example: auther users restore ada@example.com
    """

    async def work(api: Operations) -> dict[str, object]:
        user = accepted(await api.user_restore(UserRestoreInput(id=await find_id(api, who)))).user
        assert user is not None
        return {"id": user.id, "email": user.email, "status": user.status}

    out.show_record(ask(work))


@printing
def merge(
    out: Printer,
    source: str = typer.Argument(metavar="FROM", help="The account that goes: id, or e-mail address."),
    target: str = typer.Argument(metavar="INTO", help="The account that stays: id, or e-mail address."),
    reason: str = typer.Option(None, help="Why; for the audit trail."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would move."),
    yes: bool = _YES,
) -> None:
    """Make one account of two of the same person. Linked accounts, tuples and consents move; the rest of the one that
    goes is erased, its password and second factors too. This cannot be undone.

    Example: auther users merge ada.old@example.com ada@example.com --dry-run
    """
    if not dry_run:
        confirm(f"Merge {source} into {target} on {describe_target()} for good?", is_sure=yes)

    async def work(api: Operations) -> UserMergeResult:
        given: dict[str, object] = {"from": await find_id(api, source), "into": await find_id(api, target)}
        given |= {"dryRun": dry_run} | ({"reason": reason} if reason else {})
        return accepted(await api.user_merge(UserMergeInput.model_validate(given)))

    out.show_list(ask(work).parts or (), _PARTS)


@printing
def export(
    out: Printer,
    who: str = _WHO,
    file: Path = typer.Argument(None, dir_okay=False, help="Where to; by the user's id when not given."),
) -> None:
    """Get all that is known of a user, as JSON: written to a file, or from a server a link that works once.

    Example: auther users export ada@example.com ada.json
    """
    if find_server() is None:
        out.show_record({"file": str(_write_here(ask(lambda api: find_id(api, who)), file))})
        return

    async def work(api: Operations) -> dict[str, object]:
        link = accepted(await api.user_data_export(UserDataExportInput(id=await find_id(api, who))))
        return {"url": link.url, "expiresAt": link.expires_at}

    out.show_record(ask(work))


def _write_here(user_id: str, file: Path | None) -> Path:
    from app.cli.stores import read_settings, run_in_steps
    from app.kit.actor import SYSTEM
    from app.lifecycle.service.exporting import export_account

    async def write() -> Path:
        found = await export_account(SYSTEM, user_id)
        path = file or Path(found.filename)
        # A file that is there is whole, and its owner's alone.
        unfinished = path.with_name(f"{path.name}.part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            async for chunk in found.chunks:
                target.write(chunk)
        os.replace(unfinished, path)
        return path

    try:
        return run_in_steps(write(), read_settings())
    except OSError as error:
        fail(f"{file or 'The file'} cannot be written: {error.strerror}.")
