"""What callers send to see to factors."""

from __future__ import annotations

import strawberry
from strawberry import ID, UNSET, field

from app.graph.scalars import JSON

_MARK = 'Your name for this request, for your own use; nothing depends on it. Example: `"settings page"`'
_PASSKEY_ID = 'The passkey\'s id. Example: `"psk_01jq42d9r4s7t0v3w6x9y2z5ac"`'
_CREDENTIAL = (
    "What `navigator.credentials.create` gave, as JSON (WebAuthn §5.1.8). "
    'Example: `{id: "AQID", rawId: "AQID", type: "public-key", '
    'response: {clientDataJSON: "e30", attestationObject: "o2M"}}`'
)


@strawberry.input(description="Begins to set up an authenticator app. Example: `{}`")
class TotpStartInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.input(description='A setup and a first code. Example: `{setup: "AQIDBAUG", code: "492039"}`')
class TotpConfirmInput:
    setup: str = field(description='What `totpStart` gave. Example: `"AQIDBAUG"`')
    code: str = field(description='What the app shows. Example: `"492039"`')


@strawberry.input(description="Removes the caller's authenticator app. Example: `{}`")
class TotpRemoveInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.input(description="Begins to make a passkey. Example: `{}`")
class PasskeyStartInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.input(
    description='A passkey and its name. Example: `{name: "Laptop", credential: {id: "AQID", rawId: "AQID", '
    'type: "public-key", response: {clientDataJSON: "e30", attestationObject: "o2M"}}}`'
)
class PasskeyRegisterInput:
    name: str = field(description='Its name, 1 to 60 characters. Example: `"Laptop"`')
    credential: JSON = field(description=_CREDENTIAL)


@strawberry.input(
    description='A passkey and its new name. Example: `{id: "psk_01jq42d9r4s7t0v3w6x9y2z5ac", name: "Desk"}`'
)
class PasskeyRenameInput:
    id: ID = field(description=_PASSKEY_ID)
    name: str = field(description='Its name, 1 to 60 characters. Example: `"Desk"`')


@strawberry.input(description='Which passkey to remove. Example: `{id: "psk_01jq42d9r4s7t0v3w6x9y2z5ac"}`')
class PasskeyRemoveInput:
    id: ID = field(description=_PASSKEY_ID)


@strawberry.input(description="Makes new recovery codes. Example: `{}`")
class RecoveryCodesRegenerateInput:
    client_mutation_id: str | None = field(default=UNSET, description=_MARK)


@strawberry.input(description='Whose factors to take away. Example: `{id: "usr_01jq3zv4m9w8k2c7d5f6g1h0ab"}`')
class UserFactorsResetInput:
    id: ID = field(description='The user. Example: `"usr_01jq3zv4m9w8k2c7d5f6g1h0ab"`')
