"""`auther keys`."""

from __future__ import annotations

import typer

from app.cli.output import Columns, Printer
from app.cli.printing import printing
from app.cli.target import ask
from auther_client import Operations, accepted
from auther_client.generated.inputs import SigningKeysRotateInput
from auther_client.generated.signing import SigningKeysResult

app = typer.Typer(no_args_is_help=True)

_ROW: Columns[SigningKeysResult] = {
    "kid": lambda key: key.kid,
    "alg": lambda key: key.alg,
    "status": lambda key: key.status,
    "created": lambda key: key.created_at,
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
