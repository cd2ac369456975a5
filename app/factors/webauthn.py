"""WebAuthn ceremonies: options for the browser, and what its answers are worth. The only importer of py_webauthn.

Source: WebAuthn Level 3, §7.1 (registration) and §7.2 (assertion).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.factors.errors import PasskeyRefused
from app.factors.rules import user_handle
from app.factors.types import Registration, StoredPasskey
from app.kit.runtime import settings
from app.users.types import User

MAX_ANSWER_CHARACTERS: Final = 16_384
MAX_CREDENTIAL_ID_BYTES: Final = 1_023
# A person looks for a device, or lies one on the reader, in this; milliseconds.
_PATIENCE: Final = 300_000
_ALGORITHMS: Final = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_TRANSPORTS: Final = {each.value for each in AuthenticatorTransport}
# What hostile bytes raise inside of the library and what it stands on.
_MALFORMED: Final = (
    WebAuthnException, UnsupportedAlgorithm, ValueError, LookupError, TypeError, AttributeError, RecursionError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser sent, as far as it can be read before it is checked."""

    content: Mapping[str, object]
    credential_id: bytes
    challenge: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class Assertion:
    """A proof that holds."""

    sign_count: int
    is_backed_up: bool


def creation_options(user: User, challenge: bytes, present: Iterable[StoredPasskey]) -> str:
    """JSON for `navigator.credentials.create`: a discoverable passkey that verifies its user, none of those present."""
    options = generate_registration_options(
        rp_id=_rp_id(),
        rp_name=settings().product_name,
        user_name=user.email,
        user_id=user_handle(user.id),
        user_display_name=user.label,
        challenge=challenge,
        timeout=_PATIENCE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=_describe(present),
        supported_pub_key_algs=_ALGORITHMS,
    )
    return options_to_json(options)


def request_options(challenge: bytes, allowed: Iterable[StoredPasskey] = ()) -> str:
    """JSON for `navigator.credentials.get`. With no passkeys named, the person chooses among all for this host."""
    options = generate_authentication_options(
        rp_id=_rp_id(),
        challenge=challenge,
        timeout=_PATIENCE,
        allow_credentials=_describe(allowed),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_answer(text: str) -> Answer:
    """Read a browser's answer without believing it.

    Raises:
        PasskeyRefused: it is none.
    """
    if len(text) > MAX_ANSWER_CHARACTERS:
        raise PasskeyRefused("malformed")
    try:
        content = orjson.loads(text)
        response = content["response"]
        client_data = json.loads(base64url_to_bytes(response["clientDataJSON"]))
        handle = response.get("userHandle")
        return Answer(
            content,
            base64url_to_bytes(content["rawId"]),
            base64url_to_bytes(client_data["challenge"]),
            base64url_to_bytes(handle) if handle else None,
        )
    except _MALFORMED:
        raise PasskeyRefused("malformed") from None


def verify_registration(answer: Answer) -> Registration:
    """What the authenticator made, for this origin and relying party, its user verified.

    Raises:
        PasskeyRefused: it does not hold.
    """
    try:
        verified = verify_registration_response(
            credential=dict(answer.content),
            expected_challenge=answer.challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
    except _MALFORMED as error:
        raise PasskeyRefused("registration") from error
    if len(verified.credential_id) > MAX_CREDENTIAL_ID_BYTES:
        raise PasskeyRefused("registration")
    return Registration(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        verified.aaguid,
        _transports(answer),
        _may_be_copied(verified.credential_device_type),
        verified.credential_backed_up,
    )


def verify_assertion(answer: Answer, stored: StoredPasskey) -> Assertion:
    """Whether this passkey answered: origin, relying party, presence, verification, signature, counter; once made to
    stay on its device, it stays so (§7.2 step 19).

    Raises:
        PasskeyRefused: it did not, or its counter did not grow (WebAuthn §6.1.1: it may have been copied).
    """
    try:
        verified = verify_authentication_response(
            credential=dict(answer.content),
            expected_challenge=answer.challenge,
            expected_rp_id=_rp_id(),
            expected_origin=_origin(),
            credential_public_key=stored.public_key,
            credential_current_sign_count=stored.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        raise PasskeyRefused("counter" if "sign count" in str(error) else "assertion") from error
    if _may_be_copied(verified.credential_device_type) != stored.passkey.is_backup_eligible:
        raise PasskeyRefused("backup")
    return Assertion(verified.new_sign_count, verified.credential_backed_up)


def _rp_id() -> str:
    return urlsplit(settings().public_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(settings().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _may_be_copied(kind: CredentialDeviceType) -> bool:
    return kind is CredentialDeviceType.MULTI_DEVICE


def _describe(passkeys: Iterable[StoredPasskey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=each.credential_id, transports=[AuthenticatorTransport(name) for name in each.transports]
        )
        for each in passkeys
    ]


def _transports(answer: Answer) -> tuple[str, ...]:
    response = answer.content.get("response")
    named = response.get("transports") if isinstance(response, dict) else None
    if not isinstance(named, list):
        return ()
    return tuple(sorted({name for name in named if isinstance(name, str) and name in _TRANSPORTS}))
