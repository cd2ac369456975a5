"""`auther check`, `who-can`, `what-can`: questions to the permission engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from app.authz.engine.explain import Proof
from app.authz.engine.listing import FoundObject, FoundSubject, ObjectQuery, SubjectQuery
from app.authz.service.checks import check, explain
from app.authz.service.lists import Listed, find_objects, find_subjects
from app.authz.service.naming import current_names
from app.authz.service.permissions import list_all_permissions, list_permissions
from app.authz.types import Answer, Check, Decision
from app.authz.types.granted import Granted
from app.cli.arguments import CLIENT_HELP, CONTEXT_HELP, read_context, read_tuples
from app.cli.output import print_json, print_table
from app.cli.proofs import draw_proof, proof_record, styled
from app.cli.stores import read_settings, run
from app.kit.actor import SYSTEM
from app.kit.paging import MAX_PAGE, PageRequest

Item = TypeVar("Item")

_SUBJECT = typer.Argument(help="Who asks: user:anne, or group:eng#member.")
_WITH_HELP = "Count this tuple, too, as if it stood; may be given several times."
_LIMIT = typer.Option(100, min=1, help="Show so many.")


def check_command(
    subject: str = _SUBJECT,
    action: str = typer.Argument(help="A permission, or a relation."),
    entity: str = typer.Argument(help="On what: document:1."),
    context: str = typer.Option(None, help=CONTEXT_HELP),
    given: list[str] = typer.Option([], "--with", help=_WITH_HELP),
    is_explained: bool = typer.Option(False, "--explain", help="Draw how the answer comes about."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """May this subject do that? Exit code 0: yes, 1: no, or it is undecided.

    Example: auther check user:anne edit document:1 --explain
    """
    answer, question, proof = run(_check((subject, action, entity), context, given, is_explained), read_settings())
    if as_json:
        print_json(_check_record(answer, proof))
    else:
        told = f"{question.subject} {question.action} {question.entity}"
        typer.echo(f"{styled(answer.decision, answer.decision.value)}: {told}")
        if answer.problem is not None:
            typer.echo(f"  {answer.problem.message} ({answer.problem.code})")
        if proof is not None:
            typer.echo("\n".join(["", *draw_proof(proof)]))
    if not answer.is_allowed:
        raise typer.Exit(1)


async def _check(
    texts: tuple[str, str, str], context: str | None, given: list[str], is_explained: bool
) -> tuple[Answer, Check, Proof | None]:
    names = await current_names()
    subject, action, entity = texts
    question = Check(
        names.subject(subject), action, names.entity(entity), read_context(context), read_tuples(names, given)
    )
    if is_explained:
        answer, proof = await explain(SYSTEM, question)
        return answer, question, proof
    return await check(SYSTEM, question), question, None


def _check_record(answer: Answer, proof: Proof | None) -> dict[str, object]:
    record: dict[str, object] = {
        "decision": answer.decision.value,
        "is_allowed": answer.is_allowed,
        "source": answer.source.value,
        "checked_at": answer.checked_at,
    }
    if answer.problem is not None:
        record["problem"] = {"code": answer.problem.code, "message": answer.problem.message}
    if proof is not None:
        record["proof"] = proof_record(proof.root)
        record["missing"] = [str(key) for key in proof.missing]
    return record


def who_can(
    action: str = typer.Argument(help="A permission, or a relation."),
    entity: str = typer.Argument(help="On what: document:1."),
    kind: str = typer.Option("user", "--type", help="Which subjects: a type, or a userset as group#member."),
    context: str = typer.Option(None, help=CONTEXT_HELP),
    limit: int = _LIMIT,
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Who may do that, and through which tuples?

    Example: auther who-can edit document:1
    """
    found, total = run(_who_can(action, entity, kind, context, limit), read_settings())
    records = [
        {
            "subject": str(each.subject),
            "answer": _answer(each),
            "through": [str(fact.key) for fact in each.way],
        }
        for each in found
    ]
    print_table(records, ("subject", "answer", "through"), as_json=as_json)
    _print_rest(len(records), total, as_json=as_json)


async def _who_can(
    action: str, entity: str, kind: str, context: str | None, limit: int
) -> tuple[list[FoundSubject], int]:
    names = await current_names()
    type_name, _, relation = kind.partition("#")
    query = SubjectQuery(names.entity(entity), action, names.type(type_name), relation, read_context(context))
    return await _pages(lambda page: find_subjects(SYSTEM, query, page), limit)


def what_can(
    subject: str = _SUBJECT,
    action: str = typer.Argument(None, help="A permission, or a relation; all permissions when not given."),
    kind: str = typer.Argument(None, metavar="type", help="On entities of which type."),
    client: str = typer.Option("", help=CLIENT_HELP),
    context: str = typer.Option(None, help=CONTEXT_HELP),
    limit: int = _LIMIT,
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """On which entities may the subject do that? Or, without an action: what would its token carry?

    Examples: auther what-can user:anne edit document; auther what-can user:anne --client cli_01k…
    """
    if action is None:
        _print_granted(run(_permissions(subject, client), read_settings()), as_json=as_json)
        return
    if kind is None:
        raise typer.BadParameter("Say on entities of which type: auther what-can SUBJECT ACTION TYPE.")
    found, total = run(_what_can(subject, action, kind, context, limit), read_settings())
    records = [{"entity": f"{kind}:{each.id}", "answer": _answer(each)} for each in found]
    print_table(records, ("entity", "answer"), as_json=as_json)
    _print_rest(len(records), total, as_json=as_json)


async def _what_can(
    subject: str, action: str, kind: str, context: str | None, limit: int
) -> tuple[list[FoundObject], int]:
    names = await current_names()
    query = ObjectQuery(names.subject(subject), action, names.type(kind), read_context(context))
    return await _pages(lambda page: find_objects(SYSTEM, query, page), limit)


async def _permissions(subject: str, client: str) -> Granted:
    named = (await current_names()).subject(subject)
    return await (list_permissions(SYSTEM, named, client) if client else list_all_permissions(SYSTEM, named))


async def _pages(read: Callable[[PageRequest], Awaitable[Listed[Item]]], limit: int) -> tuple[list[Item], int]:
    """The first items of a list, and how many there are."""
    found: list[Item] = []
    after: str | None = None
    while True:
        listed = await read(PageRequest(first=min(MAX_PAGE, limit - len(found)), after=after))
        found += listed.page.items
        if not listed.page.has_next or len(found) >= limit:
            return found, listed.total
        after = listed.page.cursors[-1]


def _answer(found: FoundSubject | FoundObject) -> str:
    return (Decision.ALLOWED if found.is_decided else Decision.UNDECIDED).value


def _print_rest(shown: int, total: int, *, as_json: bool) -> None:
    if total > shown and not as_json:
        typer.echo(f"{shown:,} of {total:,}; see more with --limit.", err=True)


def _print_granted(granted: Granted, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "permissions": granted.permissions,
                "abac_required": granted.abac_required,
                "permissions_truncated": granted.is_truncated,
            }
        )
        return
    records = [
        {"entity": name, "actions": actions, "asks_again": granted.abac_required.get(name, ())}
        for name, actions in granted.permissions.items()
    ]
    print_table(records, ("entity", "actions", "asks_again"), as_json=False)
    if granted.is_truncated:
        typer.echo("Grants on single entities are left out: there are too many for a token.", err=True)
