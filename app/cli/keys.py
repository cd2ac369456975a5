"""`auther keys`."""

from __future__ import annotations

import typer

from app.cli.output import print_table
from app.cli.stores import read_settings, run
from app.kit.actor import SYSTEM
from app.signing.service import list_keys, rotate_keys

app = typer.Typer(no_args_is_help=True)
_COLUMNS = ("kid", "alg", "status", "created", "signs_from", "retires", "removed")


@app.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List signing keys: which one signs, which ones still verify, and until when."""
    _print(as_json)


@app.command("rotate")
def rotate(
    alg: str = typer.Option(None, help="Only this algorithm: RS256, ES256 or EdDSA."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Make successors of the signing keys. They are published first and sign a little later."""
    run(rotate_keys(SYSTEM, alg), read_settings())
    _print(as_json)


def _print(as_json: bool) -> None:
    keys = run(list_keys(SYSTEM), read_settings())
    records = [
        {
            "kid": key.kid,
            "alg": key.alg,
            "status": key.status.value,
            "created": key.created_at.isoformat(timespec="seconds"),
            "signs_from": key.activates_at.isoformat(timespec="seconds"),
            "retires": key.retires_at.isoformat(timespec="seconds"),
            "removed": key.removes_at.isoformat(timespec="seconds"),
        }
        for key in keys
    ]
    print_table(records, _COLUMNS, as_json=as_json)
