"""Results of the documents in `graphql/factors`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from pydantic import JsonValue

from auther_client.generated.fragments import FactorsFields, UserErrorFields
from auther_client.models import Result


class PasskeyRegisterResultPasskey(Result):
    """A passkey: a key pair (WebAuthn) that a device or a provider keeps for one user."""

    id: str
    """The id."""
    name: str
    """What the user calls it."""


class PasskeyRegisterResult(Result):
    """The outcome of registering a passkey."""

    passkey: PasskeyRegisterResultPasskey | None
    """The new passkey."""
    factors: FactorsFields | None
    """The user's factors as they are now."""
    recovery_codes: tuple[str, ...] | None
    """Recovery codes, shown this once, if the user had none; null otherwise."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PasskeyRegisterData(Result):
    """The whole answer."""

    passkey_register: PasskeyRegisterResult
    """Register the passkey that the caller's browser made. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class PasskeyRemoveResult(Result):
    """The outcome of removing a passkey."""

    deleted_id: str | None
    """The id that is gone."""
    factors: FactorsFields | None
    """The user's factors as they are now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PasskeyRemoveData(Result):
    """The whole answer."""

    passkey_remove: PasskeyRemoveResult
    """Remove a passkey. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class PasskeyRenameResultPasskey(Result):
    """A passkey: a key pair (WebAuthn) that a device or a provider keeps for one user."""

    id: str
    """The id."""
    name: str
    """What the user calls it."""


class PasskeyRenameResult(Result):
    """The outcome of renaming a passkey."""

    passkey: PasskeyRenameResultPasskey | None
    """The passkey as it is now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PasskeyRenameData(Result):
    """The whole answer."""

    passkey_rename: PasskeyRenameResult
    """Give one of the caller's own passkeys another name."""


class PasskeyStartResult(Result):
    """A passkey about to be made."""

    options: JsonValue | None
    """Options for `navigator.credentials.create`, as JSON (WebAuthn §5.1.9)."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class PasskeyStartData(Result):
    """The whole answer."""

    passkey_start: PasskeyStartResult
    """Begin to make a passkey in the caller's browser. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class RecoveryCodesRegenerateResult(Result):
    """The outcome of making recovery codes."""

    recovery_codes: tuple[str, ...] | None
    """Ten new codes, shown this once."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class RecoveryCodesRegenerateData(Result):
    """The whole answer."""

    recovery_codes_regenerate: RecoveryCodesRegenerateResult
    """Make ten new recovery codes; the former ones stop working. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class TotpConfirmResult(Result):
    """The outcome of setting an authenticator app up."""

    factors: FactorsFields | None
    """The user's factors as they are now."""
    recovery_codes: tuple[str, ...] | None
    """Recovery codes, shown this once, if the user had none; null otherwise."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TotpConfirmData(Result):
    """The whole answer."""

    totp_confirm: TotpConfirmResult
    """Take the app that shows this code, in place of a former one. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class TotpRemoveResult(Result):
    """The outcome of removing an authenticator app."""

    factors: FactorsFields | None
    """The user's factors as they are now."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TotpRemoveData(Result):
    """The whole answer."""

    totp_remove: TotpRemoveResult
    """Remove the authenticator app. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class TotpStartResult(Result):
    """An authenticator app about to be set up."""

    setup: str | None
    """What `totpConfirm` wants back; good for half an hour."""
    secret: str | None
    """The secret, in Base32, to be typed into the app."""
    uri: str | None
    """The same as an `otpauth:` URI."""
    qr_code: str | None
    """The URI as a QR code, SVG."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class TotpStartData(Result):
    """The whole answer."""

    totp_start: TotpStartResult
    """Begin to set up an authenticator app. Nothing is stored yet. The caller's own, in a session of the last ten minutes, with a second factor where there is one; else `factors_step_up_required`."""


class UserFactorsResult(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    factors: FactorsFields
    """The user's second factors, without secrets. One's own need no permission."""


class UserFactorsData(Result):
    """The whole answer."""

    user: UserFactorsResult | None
    """One user, null if there is none. Oneself needs no permission."""


class UserFactorsResetResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    email: str
    """The e-mail address, unique without regard to case."""


class UserFactorsResetResult(Result):
    """The outcome of taking a user's factors away."""

    user: UserFactorsResetResultUser | None
    """The user; null when something is wrong."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class UserFactorsResetData(Result):
    """The whole answer."""

    user_factors_reset: UserFactorsResetResult
    """Take all second factors of a user away, recovery codes included, and write to the user: for who lost them. Where one is required, the user sets one up at the next sign-in. One's own cannot be reset."""


class ViewerFactorsResultUser(Result):
    """An account of a person."""

    id: str
    """The id, with a prefix that tells the kind."""
    factors: FactorsFields
    """The user's second factors, without secrets. One's own need no permission."""


class ViewerFactorsResult(Result):
    """The caller."""

    user: ViewerFactorsResultUser | None
    """The user who calls; null for a client."""


class ViewerFactorsData(Result):
    """The whole answer."""

    viewer: ViewerFactorsResult
    """The caller."""
