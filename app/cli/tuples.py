"""`auther tuples`: grants, one by one. `tuple_files` has those in bulk."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from app.cli import tuple_files
from app.cli.arguments import read_context, read_moment
from app.cli.checks import subject_text
from app.cli.output import Columns, Form, Printer, cell, confirm, harmless, plain
from app.cli.pages import LIMIT, Found, collect, show_found
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from app.cli.texts import read_texts
from auther_client import Operations, accepted
from auther_client.generated.authz import TuplesWriteResult
from auther_client.generated.fragments import TupleFields, TupleFieldsCondition
from auther_client.generated.inputs import (
    TupleConditionInput,
    TupleInput,
    TuplesDeleteInput,
    TuplesWriteInput,
)

app = typer.Typer(no_args_is_help=True)
app.command("import")(tuple_files.import_)
app.command("export")(tuple_files.export)

_TUPLES_HELP = "ENTITY#RELATION@SUBJECT, as in document:1#viewer@user:anne."
_ENTITY, _RELATION, _SUBJECT = tuple_files.ENTITY, tuple_files.RELATION, tuple_files.SUBJECT
_REASON = tuple_files.REASON
_ROW: Columns[TupleFields] = {
    "entity": lambda each: f"{each.entity.type}:{each.entity.id}",
    "relation": lambda each: each.relation,
    "subject": lambda each: subject_text(each.subject),
    "condition": lambda each: _condition_text(each.condition) or (each.policy and f"policy {each.policy}"),
    "startsAt": lambda each: each.starts_at,
    "expiresAt": lambda each: each.expires_at,
}


@app.command("write")
@printing
def write(
    out: Printer,
    tuples: list[str] = typer.Argument(help=_TUPLES_HELP),
    condition: str = typer.Option(None, help="A condition of the model, by name."),
    context: str = typer.Option(
        None, "--context", help="What is settled of the condition's parameters, as a JSON object."
    ),
    policy: str = typer.Option(
        None, help="A policy of the client that owns the entity's type, in place of a condition."
    ),
    starts: str = typer.Option(None, help="When they begin: 2027-01-01, or with a time and zone."),
    expires: str = typer.Option(None, help="When they end."),
    subjects_must_exist: bool = tuple_files.SUBJECTS_MUST_EXIST,
    reason: str = _REASON,
) -> None:
    """Grant: write tuples, all at one revision. One that stands already gets this condition or policy, and these times.

    Example: auther tuples write 'document:1#viewer@user:anne' --expires 2027-01-01
    """
    limit = _read_condition(condition, context, policy)
    begin, end = read_moment(starts), read_moment(expires)

    async def work(api: Operations) -> TuplesWriteResult:
        read = (await read_texts(api, *tuples)).tuples(tuples)
        touched = [
            TupleInput(
                entity=each.entity,
                relation=each.relation,
                subject=each.subject,
                condition=limit,
                policy=policy,
                starts_at=begin,
                expires_at=end,
            )
            for each in read
        ]
        given = TuplesWriteInput(writes=touched, reason=reason, subjects_must_exist=subjects_must_exist)
        return accepted(await api.tuples_write(given))

    _print_result(out, ask(work), tuples, "stood already")


def _read_condition(condition: str | None, context: str | None, policy: str | None) -> TupleConditionInput | None:
    if context is not None and condition is None:
        raise typer.BadParameter("A context belongs to a condition: give --condition, too.")
    if policy is not None and condition is not None:
        raise typer.BadParameter("A tuple has a condition or a policy: give one of --condition and --policy.")
    return TupleConditionInput(name=condition, context=read_context(context)) if condition is not None else None


@app.command("delete")
@printing
def delete(
    out: Printer,
    tuples: list[str] = typer.Argument(None, help=_TUPLES_HELP),
    entity: str = _ENTITY,
    relation: str = _RELATION,
    subject: str = _SUBJECT,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only tell what would go."),
    reason: str = _REASON,
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask before deleting all that a filter means."),
) -> None:
    """Revoke: end these tuples, or all that a filter means.

    Example: auther tuples delete --subject user:anne --dry-run
    """
    filters = (entity, relation, subject)
    if bool(tuples) == any(filters):
        raise typer.BadParameter("Give either tuples or a filter: --entity, --relation, --subject.")
    if not tuples:
        _delete_matching(out, filters, reason, dry_run=dry_run, is_sure=yes or dry_run)
        return

    async def work(api: Operations) -> TuplesWriteResult:
        texts = await read_texts(api, *tuples)
        keys = [texts.key(each) for each in tuples]
        return accepted(await api.tuples_write(TuplesWriteInput(deletes=keys, reason=reason, dry_run=dry_run)))

    _print_result(out, ask(work), tuples, "did not stand")


def _delete_matching(
    out: Printer,
    filters: tuple[str | None, str | None, str | None],
    reason: str | None,
    *,
    dry_run: bool,
    is_sure: bool,
) -> None:
    meant = ", ".join(each for each in filters if each)
    confirm(f"Delete all tuples of {meant} on {describe_target()}?", is_sure=is_sure)

    async def work(api: Operations) -> int:
        wanted = (await read_texts(api, filters[0], filters[2])).filter(*filters)
        count = 0
        while True:
            given = TuplesDeleteInput(filter=wanted, reason=reason, dry_run=dry_run)
            done = accepted(await api.tuples_delete(given))
            count += done.deleted_count or 0
            if dry_run or not done.has_more:
                return count

    out.show_record({"wouldDelete" if dry_run else "deletedCount": ask(work)})


def _print_result(out: Printer, result: TuplesWriteResult, texts: Sequence[str], otherwise: str) -> None:
    if out.form is not Form.TABLE:
        out.show_data(plain(result))
        return
    told = {key.text: "created" for key in result.created or ()}
    told |= {key.text: "changed" for key in result.changed or ()}
    told |= {key.text: "deleted" for key in result.deleted or ()}
    for text in texts:
        out.say(f"{told.get(text, otherwise):<13}  {harmless(text)}")


@app.command("list")
@printing
def list_(
    out: Printer,
    entity: str = _ENTITY,
    relation: str = _RELATION,
    subject: str = _SUBJECT,
    limit: int = LIMIT,
) -> None:
    """List the tuples that stand, oldest first.

    Example: auther tuples list --entity document:1
    """

    async def work(api: Operations) -> Found[TupleFields]:
        wanted = (await read_texts(api, entity, subject)).filter(entity, relation, subject)
        return await collect(lambda first, after: api.tuples(filter=wanted, first=first, after=after), limit)

    show_found(out, ask(work), _ROW)


def _condition_text(condition: TupleFieldsCondition | None) -> str | None:
    if condition is None:
        return None
    context = condition.context
    parts = [f"{name}={cell(value)}" for name, value in context.items()] if isinstance(context, dict) else []
    return f"{condition.name}({', '.join(parts)})" if parts else condition.name
