"""Seeing to one's own factors, and taking away those of who lost them."""

from __future__ import annotations

from typing import Annotated, cast

import orjson
import strawberry
from strawberry import ID, argument, field

from app.factors import service
from app.factors.graph.inputs import (
    PasskeyRegisterInput,
    PasskeyRemoveInput,
    PasskeyRenameInput,
    PasskeyStartInput,
    RecoveryCodesRegenerateInput,
    TotpConfirmInput,
    TotpRemoveInput,
    TotpStartInput,
    UserFactorsResetInput,
)
from app.factors.graph.values import Factors, Passkey, as_factors
from app.graph.context import Info
from app.graph.errors import UserError
from app.graph.mutations import mutation
from app.graph.scalars import JSON
from app.users.graph import User, as_node

_FRESH = (
    "The caller's own, in a session of the last ten minutes, with a second factor where there is one; "
    "else `factors_step_up_required`."
)
_CODES = "Recovery codes, shown this once, if the user had none; null otherwise."
_FACTORS = "The user's factors as they are now."


@strawberry.type(description="An authenticator app about to be set up.")
class TotpStartPayload:
    setup: str | None = field(default=None, description="What `totpConfirm` wants back; good for half an hour.")
    secret: str | None = field(default=None, description="The secret, in Base32, to be typed into the app.")
    uri: str | None = field(default=None, description="The same as an `otpauth:` URI.")
    qr_code: str | None = field(default=None, description="The URI as a QR code, SVG.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of setting an authenticator app up.")
class TotpConfirmPayload:
    factors: Factors | None = field(default=None, description=_FACTORS)
    recovery_codes: list[str] | None = field(default=None, description=_CODES)
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of removing an authenticator app.")
class TotpRemovePayload:
    factors: Factors | None = field(default=None, description=_FACTORS)
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="A passkey about to be made.")
class PasskeyStartPayload:
    options: JSON | None = field(
        default=None, description="Options for `navigator.credentials.create`, as JSON (WebAuthn §5.1.9)."
    )
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of registering a passkey.")
class PasskeyRegisterPayload:
    passkey: Passkey | None = field(default=None, description="The new passkey.")
    factors: Factors | None = field(default=None, description=_FACTORS)
    recovery_codes: list[str] | None = field(default=None, description=_CODES)
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of renaming a passkey.")
class PasskeyRenamePayload:
    passkey: Passkey | None = field(default=None, description="The passkey as it is now.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of removing a passkey.")
class PasskeyRemovePayload:
    deleted_id: ID | None = field(default=None, description="The id that is gone.")
    factors: Factors | None = field(default=None, description=_FACTORS)
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of making recovery codes.")
class RecoveryCodesRegeneratePayload:
    recovery_codes: list[str] | None = field(default=None, description="Ten new codes, shown this once.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type(description="The outcome of taking a user's factors away.")
class UserFactorsResetPayload:
    user: User | None = field(default=None, description="The user; null when something is wrong.")
    errors: list[UserError] = field(default_factory=list, description="What a person can mend.")


@strawberry.type
class FactorMutation:
    @mutation(description=f"Begin to set up an authenticator app. Nothing is stored yet. {_FRESH}")
    async def totp_start(
        self, info: Info, input: Annotated[TotpStartInput, argument(description="For whom.")]
    ) -> TotpStartPayload:
        setup = await service.begin_own_totp(info.context.actor)
        return TotpStartPayload(setup=setup.token, secret=setup.secret, uri=setup.uri, qr_code=setup.qr_code)

    @mutation(description=f"Take the app that shows this code, in place of a former one. {_FRESH}")
    async def totp_confirm(
        self, info: Info, input: Annotated[TotpConfirmInput, argument(description="The setup, and a first code.")]
    ) -> TotpConfirmPayload:
        codes = await service.confirm_own_totp(info.context.actor, input.setup, input.code)
        return TotpConfirmPayload(factors=await _own_factors(info), recovery_codes=list(codes) or None)

    @mutation(description=f"Remove the authenticator app. {_FRESH}")
    async def totp_remove(
        self, info: Info, input: Annotated[TotpRemoveInput, argument(description="Whose.")]
    ) -> TotpRemovePayload:
        await service.remove_own_totp(info.context.actor)
        return TotpRemovePayload(factors=await _own_factors(info))

    @mutation(description=f"Begin to make a passkey in the caller's browser. {_FRESH}")
    async def passkey_start(
        self, info: Info, input: Annotated[PasskeyStartInput, argument(description="For whom.")]
    ) -> PasskeyStartPayload:
        return PasskeyStartPayload(options=orjson.loads(await service.begin_own_passkey(info.context.actor)))

    @mutation(description=f"Register the passkey that the caller's browser made. {_FRESH}")
    async def passkey_register(
        self, info: Info, input: Annotated[PasskeyRegisterInput, argument(description="The passkey.")]
    ) -> PasskeyRegisterPayload:
        answer = orjson.dumps(input.credential).decode()
        made = await service.register_own_passkey(info.context.actor, name=input.name, answer=answer)
        return PasskeyRegisterPayload(
            passkey=cast("Passkey", made.passkey),
            factors=await _own_factors(info),
            recovery_codes=list(made.recovery_codes) or None,
        )

    @mutation(description="Give one of the caller's own passkeys another name.")
    async def passkey_rename(
        self, info: Info, input: Annotated[PasskeyRenameInput, argument(description="Which, and its name.")]
    ) -> PasskeyRenamePayload:
        renamed = await service.rename_own_passkey(info.context.actor, input.id, input.name)
        return PasskeyRenamePayload(passkey=cast("Passkey", renamed))

    @mutation(description=f"Remove a passkey. {_FRESH}")
    async def passkey_remove(
        self, info: Info, input: Annotated[PasskeyRemoveInput, argument(description="Which passkey.")]
    ) -> PasskeyRemovePayload:
        await service.remove_own_passkey(info.context.actor, input.id)
        return PasskeyRemovePayload(deleted_id=input.id, factors=await _own_factors(info))

    @mutation(description=f"Make ten new recovery codes; the former ones stop working. {_FRESH}")
    async def recovery_codes_regenerate(
        self, info: Info, input: Annotated[RecoveryCodesRegenerateInput, argument(description="For whom.")]
    ) -> RecoveryCodesRegeneratePayload:
        codes = await service.make_own_recovery_codes(info.context.actor)
        return RecoveryCodesRegeneratePayload(recovery_codes=list(codes))

    @mutation(
        description="Take all second factors of a user away, recovery codes included, and write to the user: for who "
        "lost them. Where one is required, the user sets one up at the next sign-in. One's own cannot be reset.",
        requires="platform.manage_platform",
    )
    async def user_factors_reset(
        self, info: Info, input: Annotated[UserFactorsResetInput, argument(description="Whose factors.")]
    ) -> UserFactorsResetPayload:
        return UserFactorsResetPayload(user=as_node(await service.reset_factors(info.context.actor, input.id)))


async def _own_factors(info: Info) -> Factors:
    return as_factors(await service.find_factors_of(info.context.actor.id or ""))
