"""`auther check`, `who-can`, `what-can`: questions to the permission engine."""

from __future__ import annotations

import typer

from app.cli.arguments import CLIENT_HELP, CONTEXT_HELP, read_context
from app.cli.output import Columns, Form, Printer, harmless, plain
from app.cli.pages import LIMIT, Found, collect, show_found
from app.cli.printing import printing
from app.cli.proofs import decided, draw_explanation
from app.cli.target import ask
from app.cli.texts import read_texts
from auther_client import Operations
from auther_client.generated.authz import ExplainResult, ListObjectsResultNodes
from auther_client.generated.fragments import CheckAnswerFields, FoundSubjectFields, PermissionsFields, SubjectFields
from auther_client.generated.inputs import CheckInput

_SUBJECT = typer.Argument(help="Who asks: user:anne, or group:eng#member.")
_WITH_HELP = "Count this tuple, too, as if it stood; may be given several times."

_WHO: Columns[FoundSubjectFields] = {
    "subject": lambda each: subject_text(each.subject),
    "answer": lambda each: _answer(is_decided=each.is_decided),
    "through": lambda each: [key.text for key in each.way],
}
_WHAT: Columns[ListObjectsResultNodes] = {
    "entity": lambda each: f"{each.entity.type}:{each.entity.id}",
    "answer": lambda each: _answer(is_decided=each.is_decided),
}


@printing
def check_command(
    out: Printer,
    subject: str = _SUBJECT,
    action: str = typer.Argument(help="A permission, or a relation."),
    entity: str = typer.Argument(help="On what: document:1."),
    context: str = typer.Option(None, "--context", help=CONTEXT_HELP),
    given: list[str] = typer.Option([], "--with", help=_WITH_HELP),
    is_explained: bool = typer.Option(False, "--explain", help="Draw how the answer comes about."),
) -> None:
    """May this subject do that? Exit code 0: yes, 1: no, or it is undecided.

    Example: auther check user:anne edit document:1 --explain
    """
    attributes = read_context(context)

    async def work(api: Operations) -> CheckAnswerFields | ExplainResult:
        texts = await read_texts(api, subject, entity, *given)
        question = CheckInput(
            subject=texts.subject(subject),
            action=action,
            entity=texts.entity(entity),
            context=attributes,
            contextual_tuples=texts.tuples(given),
        )
        return await (api.explain(question) if is_explained else api.check(question))

    found = ask(work)
    answer = found.answer if isinstance(found, ExplainResult) else found
    if out.form is not Form.TABLE:
        out.show_data(plain(found))
    elif not out.is_quiet:
        _print_answer(answer, f"{subject} {action} {entity}")
    if out.is_for_people and isinstance(found, ExplainResult):
        typer.echo("\n".join(["", *draw_explanation(found)]))
    if not answer.allowed:
        raise typer.Exit(1)


def _print_answer(answer: CheckAnswerFields, question: str) -> None:
    word = answer.decision.lower()
    typer.echo(f"{decided(word, word)}: {harmless(question)}")
    if answer.problem is not None:
        typer.echo(f"  {harmless(answer.problem.message)} ({answer.problem.code})")


@printing
def who_can(
    out: Printer,
    action: str = typer.Argument(help="A permission, or a relation."),
    entity: str = typer.Argument(help="On what: document:1."),
    kind: str = typer.Option("user", "--type", help="Which subjects: a type, or a userset as group#member."),
    context: str = typer.Option(None, "--context", help=CONTEXT_HELP),
    limit: int = LIMIT,
) -> None:
    """Who may do that, and through which tuples?

    Example: auther who-can edit document:1
    """
    attributes = read_context(context)
    type_name, _, relation = kind.partition("#")

    async def work(api: Operations) -> Found[FoundSubjectFields]:
        texts = await read_texts(api, entity, type_name)
        named, of_type = texts.entity(entity), texts.type(type_name)
        return await collect(
            lambda first, after: api.list_subjects(
                named, action, of_type, relation=relation or None, context=attributes, first=first, after=after
            ),
            limit,
        )

    show_found(out, ask(work), _WHO)


@printing
def what_can(
    out: Printer,
    subject: str = _SUBJECT,
    action: str = typer.Argument(None, help="A permission, or a relation; all permissions when not given."),
    kind: str = typer.Argument(None, metavar="type", help="On entities of which type."),
    client: str = typer.Option("", help=CLIENT_HELP),
    context: str = typer.Option(None, "--context", help=CONTEXT_HELP),
    limit: int = LIMIT,
) -> None:
    """On which entities may the subject do that? Or, without an action: what would its token carry?

    Examples: auther what-can user:anne edit document; auther what-can user:anne --client cli_01k…
    """
    if action is None:
        _print_permissions(out, ask(lambda api: _permissions(api, subject, client)))
        return
    if kind is None:
        raise typer.BadParameter("Say on entities of which type: auther what-can SUBJECT ACTION TYPE.")
    attributes = read_context(context)

    async def work(api: Operations) -> Found[ListObjectsResultNodes]:
        texts = await read_texts(api, subject, kind)
        who, of_type = texts.subject(subject), texts.type(kind)
        return await collect(
            lambda first, after: api.list_objects(
                action, of_type, subject=who, context=attributes, first=first, after=after
            ),
            limit,
        )

    show_found(out, ask(work), _WHAT)


async def _permissions(api: Operations, subject: str, client: str) -> PermissionsFields:
    who = (await read_texts(api, subject)).subject(subject)
    return await api.token_preview(subject=who, client_id=client or None)


def _print_permissions(out: Printer, found: PermissionsFields) -> None:
    if out.form is not Form.TABLE:
        out.show_data(plain(found))
        return
    asks_again = _mapping(found.abac_required)
    out.show_list(
        [(name, actions, asks_again.get(name)) for name, actions in _mapping(found.permissions).items()],
        {"entity": lambda row: row[0], "actions": lambda row: row[1], "asks again": lambda row: row[2]},
    )
    if found.is_truncated:
        out.remark("Grants on single entities are left out: there are too many for a token.")


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _answer(*, is_decided: bool) -> str:
    return "allowed" if is_decided else "undecided"


def subject_text(subject: SubjectFields) -> str:
    """`user:anne`, `group:eng#member`."""
    return f"{subject.type}:{subject.id}{f'#{subject.relation}' if subject.relation else ''}"
