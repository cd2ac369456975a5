"""`auther keys`."""

from __future__ import annotations

import typer

from app.cli.output import Columns, Printer, confirm
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.inputs import SigningKeysRotateInput, SigningKeyWithdrawInput
from auther_client.generated.signing import SigningKeysResult

app = typer.Typer(no_args_is_help=True)

_DAY_SECONDS = 86_400
_ROW: Columns[SigningKeysResult] = {
    "id": lambda key: key.id,
    "kid": lambda key: key.kid,
    "alg": lambda key: key.alg,
    "status": lambda key: key.status,
    "days old": lambda key: key.age_seconds // _DAY_SECONDS,
    "signs from": lambda key: key.activates_at,
    "retires": lambda key: key.retires_at,
    "removed": lambda key: key.removes_at,
}


@app.command("list")
@printing
def list_(out: Printer) -> None:
    """List signing keys: which one signs, which ones still verify, and until when."""
    out.show_list(ask(lambda api: api.signing_keys()), _ROW)


@app.command("rotate")
@printing
def rotate(out: Printer, alg: str = typer.Option(None, help="Only this algorithm: RS256, ES256 or EdDSA.")) -> None:
    """Make successors of the signing keys. They are published first and sign a little later."""
    out.show_list(ask(lambda api: _rotate(api, alg)), _ROW)


async def _rotate(api: Operations, alg: str | None) -> tuple[SigningKeysResult, ...]:
    given = {"alg": alg} if alg is not None else {}
    accepted(await api.signing_keys_rotate(SigningKeysRotateInput.model_validate(given)))
    return await api.signing_keys()


@app.command("withdraw")
@printing
def withdraw(
    out: Printer,
    key: str = typer.Argument(help="Id or kid of the key."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Take a compromised key out at once: nothing that it signed counts any more, and another key signs.

    Example: auther keys withdraw sk_01k… --yes
    """
    confirm(f"Withdraw the key {key} on {describe_target()}? Every token that it signed becomes void.", is_sure=yes)
    out.show_list(ask(lambda api: _withdraw(api, key)), _ROW)


async def _withdraw(api: Operations, key: str) -> tuple[SigningKeysResult, ...]:
    found = [each.id for each in await api.signing_keys() if key in {each.id, each.kid}]
    accepted(await api.signing_key_withdraw(SigningKeyWithdrawInput(id=found[0] if found else key)))
    return await api.signing_keys()
