"""`auther policies`: Lua policies, from a file to being in force, and what they said."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import typer

from app.cli.arguments import read_moment
from app.cli.checks import subject_text
from app.cli.errors import ThingUnknown
from app.cli.output import Columns, Form, Printer, confirm, fail, harmless, plain, styled
from app.cli.pages import LIMIT, Found, NoPage, Page, collect, show_found
from app.cli.policy_files import PolicyFile, read_folder, read_policy, to_record
from app.cli.policy_tests import print_warnings, run_tests
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from app.policies.types import PolicyWarning
from auther_client import Operations, Rejected, accepted
from auther_client.generated.enums import PolicyVerdict
from auther_client.generated.fragments import PolicyDetailFields, PolicyEvaluationFields
from auther_client.generated.inputs import PolicyDeleteInput, PolicyEvaluationFilter, PolicySaveInput
from auther_client.generated.policies import PoliciesResultNodes, PolicyVersionsResultVersionsNodes

app = typer.Typer(no_args_is_help=True)
app.command("test")(run_tests)

_NAME = typer.Argument(metavar="NAME", help="Name of the policy.")
_FILE = typer.Argument(exists=True, dir_okay=False, allow_dash=True, help="The source; - is standard input.")
_AS = typer.Option(None, "--name", help="Its name; that of the file when not given.")
_CLIENT = typer.Option("", help="Client whose policy it is, by its id; without it, the installation's own.")
_MOST = 10_000
_DIFF_COLOURS = {"+": "green", "-": "red", "@": "cyan"}
_POLICY: Columns[PoliciesResultNodes] = {
    "name": lambda each: each.name,
    "version": lambda each: each.version,
    "permissions": lambda each: each.usage.permissions,
    "tuples": lambda each: each.usage.tuples,
    "updated": lambda each: each.updated_at,
    "description": lambda each: each.description,
}
_EVALUATION: Columns[PolicyEvaluationFields] = {
    "at": lambda each: each.evaluated_at,
    "verdict": lambda each: each.verdict.value.lower(),
    "action": lambda each: each.action,
    "entity": lambda each: f"{each.entity_type}:{each.entity_id}",
    "subject": lambda each: subject_text(each.subject),
    "version": lambda each: each.version,
    "µs": lambda each: each.duration_microseconds,
    "problem": lambda each: each.problem,
}


@app.command("list")
@printing
def list_(out: Printer, client: str = _CLIENT, search: str = typer.Option(None), limit: int = LIMIT) -> None:
    """List policies by name, and how much refers to each.

    Example: auther policies list --client cli_01k…
    """
    show_found(out, ask(lambda api: _collect(api, client, search, limit)), _POLICY)


@app.command("show")
@printing
def show(
    out: Printer,
    name: str = _NAME,
    client: str = _CLIENT,
    version: int = typer.Option(None, min=1, help="This version; the one in force when not given."),
) -> None:
    """Print the source of a policy; with --output json all that is known of it.

    Example: auther policies show small-amounts
    """
    found = ask(lambda api: _find(api, client, name))
    if version is None and out.form is not Form.TABLE:
        out.show_data(plain(found))
        return
    shown = ask(lambda api: _find_version(api, found.id, version)) if version is not None else None
    if out.form is not Form.TABLE:
        out.show_data(plain(shown))
    else:
        typer.echo((shown.source if shown is not None else found.source).rstrip("\n"))


@app.command("save")
@printing
def save(
    out: Printer,
    file: Path = _FILE,
    name: str = _AS,
    client: str = _CLIENT,
    samples: Path = typer.Option(
        None, exists=True, dir_okay=False, help="Samples, JSON or YAML; else those in FILE.samples.json or .yaml."
    ),
    description: str = typer.Option(None, help="What it is for."),
    note: str = typer.Option(None, help="A sentence for the list of versions."),
    expect_version: int = typer.Option(None, min=0, help="Only if this version is in force; 0: only if there is none."),
) -> None:
    """Save a policy, in force from then on. What its samples contradict is refused.

    Example: auther policies save small-amounts.lua --note "Up to 1000"
    """
    given = _input(read_policy(file, samples), client, name)
    said = {"description": description, "note": note, "expectedVersion": expect_version}
    given |= {key: value for key, value in said.items() if value is not None}
    saved = ask(lambda api: _save(api, given, file))
    if out.form is not Form.TABLE:
        out.show_data(plain(saved))
    out.say(f"Version {saved.version} of {saved.name} is in force.")


@app.command("apply")
@printing
def apply(
    out: Printer,
    folder: Path = typer.Argument(
        exists=True, file_okay=False, metavar="DIR", help="Folder of NAME.lua, with NAME.samples.json or .yaml."
    ),
    client: str = _CLIENT,
    note: str = typer.Option(None, help="A sentence for the lists of versions."),
) -> None:
    """Save every policy of a folder. What is in force already makes no other version; others are left alone.

    Example: auther policies apply policies/ --client cli_01k…
    """
    files = read_folder(folder)
    saved = ask(lambda api: _apply(api, files, client, note))
    out.show_list(saved, {"name": lambda each: each["name"], "version": lambda each: each["version"],
                          "change": lambda each: each["change"]})  # fmt: skip


@app.command("delete")
@printing
def delete(
    out: Printer,
    name: str = _NAME,
    client: str = _CLIENT,
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Delete a policy with its versions. While permissions or tuples refer to it, it is refused.

    Example: auther policies delete small-amounts
    """
    found = ask(lambda api: _find(api, client, name))
    confirm(f"Delete {found.name} on {describe_target()}?", is_sure=yes)
    ask(lambda api: _delete(api, found.id))
    out.say(f"{found.name} is deleted.")


@app.command("diff")
@printing
def diff(out: Printer, file: Path = _FILE, name: str = _AS, client: str = _CLIENT) -> None:
    """Compare a source with the one in force. Exit code 1 when they differ.

    Example: auther policies diff small-amounts.lua
    """
    given = read_policy(file)
    found = ask(lambda api: _look_for(api, client, name or given.name))
    before = found.source if found is not None else ""
    lines = list(
        difflib.unified_diff(before.splitlines(), given.source.splitlines(), "in force", str(file), lineterm="")
    )
    if out.form is not Form.TABLE:
        out.show_data({"diff": "\n".join(lines)})
    for line in lines if out.form is Form.TABLE else ():
        typer.echo(styled(harmless(line), fg=_DIFF_COLOURS.get(line[:1])))
    if lines:
        raise typer.Exit(1)
    out.say("Nothing changes.")


@app.command("evaluations")
@printing
def evaluations(
    out: Printer,
    name: str = _NAME,
    client: str = _CLIENT,
    verdict: str = typer.Option(None, metavar="allowed|denied|error", help="Only these."),
    action: str = typer.Option(None, help="Only those of this action."),
    entity_type: str = typer.Option(None, "--type", help="Only those about entities of this type, by its full name."),
    since: str = typer.Option(None, help="Only those from this day or moment on."),
    limit: int = LIMIT,
) -> None:
    """Show what a policy said when checks asked it, newest first.

    Example: auther policies evaluations small-amounts --verdict error
    """
    said = {"action": action, "entityType": entity_type, "since": read_moment(since), "verdict": _read_verdict(verdict)}
    wanted = PolicyEvaluationFilter.model_validate({key: value for key, value in said.items() if value is not None})
    show_found(out, ask(lambda api: _evaluations(api, client, name, wanted, limit)), _EVALUATION)


async def _collect(api: Operations, client: str, search: str | None, limit: int) -> Found[PoliciesResultNodes]:
    async def read(first: int, after: str | None) -> Page[PoliciesResultNodes]:
        return await api.policies(client=client or None, search=search, first=first, after=after)

    return await collect(read, limit)


async def _look_for(api: Operations, client: str, name: str) -> PolicyDetailFields | None:
    listed = (await _collect(api, client, name, _MOST)).items
    row = next((each for each in listed if each.name == name), None)
    return await api.policy(row.id) if row is not None else None


async def _find(api: Operations, client: str, name: str) -> PolicyDetailFields:
    found = await _look_for(api, client, name)
    if found is None:
        raise ThingUnknown("policy", name)
    return found


async def _find_version(api: Operations, policy_id: str, version: int) -> PolicyVersionsResultVersionsNodes:
    async def read(first: int, after: str | None) -> Page[PolicyVersionsResultVersionsNodes]:
        found = await api.policy_versions(policy_id, first=first, after=after)
        return found.versions if found else NoPage()

    listed = (await collect(read, _MOST)).items
    chosen = next((each for each in listed if each.version == version), None)
    if chosen is None:
        raise ThingUnknown("version", str(version))
    return chosen


async def _evaluations(
    api: Operations, client: str, name: str, wanted: PolicyEvaluationFilter, limit: int
) -> Found[PolicyEvaluationFields]:
    policy = await _find(api, client, name)

    async def read(first: int, after: str | None) -> Page[PolicyEvaluationFields]:
        found = await api.policy_evaluations(policy.id, filter=wanted, first=first, after=after)
        return found.evaluations if found else NoPage()

    return await collect(read, limit)


def _input(file: PolicyFile, client: str, name: str | None = None) -> dict[str, object]:
    given: dict[str, object] = {"name": name or file.name, "source": file.source}
    if client:
        given["client"] = client
    if file.samples is not None:
        given["samples"] = [to_record(each) for each in file.samples]
    return given


async def _save(api: Operations, given: dict[str, object], file: Path) -> PolicyDetailFields:
    done = accepted(await api.policy_save(PolicySaveInput.model_validate(given)))
    print_warnings(file, tuple(PolicyWarning(each.line, each.message) for each in done.warnings or ()))
    assert done.policy is not None
    return done.policy


async def _apply(
    api: Operations, files: Sequence[PolicyFile], client: str, note: str | None
) -> list[dict[str, object]]:
    before = {each.name: each.version for each in (await _collect(api, client, None, _MOST)).items}
    told: list[dict[str, object]] = []
    for file in files:
        given = {**_input(file, client), **({"note": note} if note is not None else {})}
        try:
            saved = await _save(api, given, file.path)
        except Rejected:
            typer.echo(f"{file.path} is refused:", err=True)
            raise
        known = before.get(saved.name)
        change = "new" if known is None else "none" if known == saved.version else "changed"
        told.append({"name": saved.name, "version": saved.version, "change": change})
    return told


async def _delete(api: Operations, policy_id: str) -> None:
    accepted(await api.policy_delete(PolicyDeleteInput(id=policy_id)))


def _read_verdict(text: str | None) -> PolicyVerdict | None:
    if text is None:
        return None
    if text.upper() not in PolicyVerdict.__members__:
        fail("A verdict is allowed, denied or error.", code=2)
    return PolicyVerdict[text.upper()]
