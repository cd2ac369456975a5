"""`auther users factors` and `auther users reset-2fa`: second factors of others, seen and taken away."""

from __future__ import annotations

import typer

from app.cli.errors import AccountUnknown
from app.cli.output import Columns, Printer, confirm
from app.cli.printing import printing
from app.cli.target import ask, describe_target
from auther_client import Operations, accepted
from auther_client.generated.fragments import FactorsFields
from auther_client.generated.inputs import UserFactorsResetInput

_WHO = typer.Argument(metavar="USER", help="Id, or e-mail address.")
_FACTORS: Columns[FactorsFields] = {
    "protected": lambda factors: "yes" if factors.is_protected else "no",
    "app": lambda factors: f"since {factors.totp.created_at:%Y-%m-%d}" if factors.totp else None,
    "passkeys": lambda factors: ", ".join(each.name for each in factors.passkeys) or None,
    "recovery codes": lambda factors: factors.recovery_codes_left,
}


@printing
def show(out: Printer, who: str = _WHO) -> None:
    """Show a user's second factors, without secrets.

    Example: auther users factors ada@example.com
    """

    async def work(api: Operations) -> FactorsFields:
        found = await api.user_factors(await find_id(api, who))
        if found is None:
            raise AccountUnknown(who)
        return found.factors

    out.show_one(ask(work), _FACTORS)


@printing
def reset(
    out: Printer, who: str = _WHO, yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask.")
) -> None:  # fmt: skip
    """Take all second factors of a user away, recovery codes included: for who lost them. The user gets a mail.

    Make sure first that it is really they who ask.

    Example: auther users reset-2fa ada@example.com --yes
    """
    confirm(f"Take all second factors of {who} on {describe_target()} away?", is_sure=yes)

    async def work(api: Operations) -> dict[str, object]:
        user_id = await find_id(api, who)
        user = accepted(await api.user_factors_reset(UserFactorsResetInput(id=user_id))).user
        assert user is not None
        return {"id": user.id, "email": user.email}

    out.show_record(ask(work))


async def find_id(api: Operations, who: str) -> str:
    from app.cli.users import find_user

    return (await find_user(api, who)).id
