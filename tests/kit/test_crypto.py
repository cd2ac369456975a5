"""Secrets: hashed, sealed and signed; keys of one purpose open nothing of another."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.crypto import Keyring, b64url, b64url_decode, hash_token, is_same, new_token
from app.kit.errors import Unavailable

OLD, NEW = "old root secret of 32 bytes or more", "new root secret of 32 bytes or more"


def test_a_token_is_256_random_bits_behind_its_prefix() -> None:
    first, second = new_token("ast"), new_token("ast")

    assert first.startswith("ast_")
    assert len(b64url_decode(first.removeprefix("ast_"))) == 32
    assert first != second


def test_a_token_is_stored_as_its_sha_256() -> None:
    assert hash_token("ast_x") == hashlib.sha256(b"ast_x").digest()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [("a", "a", True), ("a", b"a", True), ("ü", "ü", True), ("a", "b", False), ("a", "", False), ("a", "aa", False)],
)
def test_secrets_are_compared_whole(left: str | bytes, right: str | bytes, expected: bool) -> None:
    assert is_same(left, right) is expected


@given(st.binary(max_size=64))
def test_base64url_has_no_padding_and_reads_back(data: bytes) -> None:
    assert "=" not in b64url(data)
    assert b64url_decode(b64url(data)) == data


@pytest.mark.parametrize("text", ["a", "aaaaa", "aa==", "a+aa", "a/aa", "aa aa", "aaaä", "aa\n", "\ud800"])
def test_what_is_not_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        b64url_decode(text)


@given(st.binary(max_size=200))
def test_what_was_sealed_opens_again(plaintext: bytes) -> None:
    keyring = Keyring(NEW)

    assert keyring.open(keyring.seal(plaintext, purpose="p"), purpose="p") == plaintext


def test_sealing_twice_gives_different_values() -> None:
    keyring = Keyring(NEW)

    assert keyring.seal(b"same", purpose="p") != keyring.seal(b"same", purpose="p")


def test_after_a_rotation_the_former_secret_still_opens_and_the_new_one_seals() -> None:
    sealed, signed = Keyring(OLD).seal(b"kept", purpose="p"), Keyring(OLD).sign(b"data", purpose="p")
    rotated = Keyring(NEW, (OLD,))

    assert rotated.open(sealed, purpose="p") == b"kept"
    assert rotated.verify(b"data", signed, purpose="p")
    assert not rotated.is_sealed_by_current(sealed, purpose="p")

    sealed_again = rotated.seal(b"kept", purpose="p")
    assert rotated.is_sealed_by_current(sealed_again, purpose="p")
    assert Keyring(NEW).open(sealed_again, purpose="p") == b"kept"
    assert not Keyring(OLD).verify(b"data", rotated.sign(b"data", purpose="p"), purpose="p")


def test_once_the_former_secret_is_gone_its_values_say_what_to_do() -> None:
    sealed = Keyring(OLD).seal(b"kept", purpose="totp")

    with pytest.raises(Unavailable) as caught:
        Keyring(NEW).open(sealed, purpose="totp")

    assert caught.value.code == "kit_secret_unknown"
    assert "AUTHER_SECRET_PREVIOUS" in caught.value.message
    assert caught.value.detail == "purpose=totp"


def test_every_changed_byte_of_a_sealed_value_is_noticed() -> None:
    keyring = Keyring(NEW, (OLD,))
    sealed = keyring.seal(b"kept", purpose="p")

    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(Unavailable):
            keyring.open(changed, purpose="p")


def test_every_shortened_sealed_value_is_refused() -> None:
    keyring = Keyring(NEW)
    sealed = keyring.seal(b"kept", purpose="p")

    for length in range(len(sealed)):
        with pytest.raises(Unavailable):
            keyring.open(sealed[:length], purpose="p")


def test_purposes_are_separate() -> None:
    keyring = Keyring(NEW)
    sealed, signed = keyring.seal(b"kept", purpose="one"), keyring.sign(b"data", purpose="one")

    with pytest.raises(Unavailable):
        keyring.open(sealed, purpose="two")
    assert not keyring.verify(b"data", signed, purpose="two")
    assert not keyring.is_sealed_by_current(sealed, purpose="two")


@pytest.mark.parametrize(("data", "cut"), [(b"other", 32), (b"data", 31), (b"data", 0)])
def test_a_signature_fits_its_data_only(data: bytes, cut: int) -> None:
    keyring = Keyring(NEW)

    assert not keyring.verify(data, keyring.sign(b"data", purpose="p")[:cut], purpose="p")


def test_a_keyring_does_not_show_its_secrets() -> None:
    assert repr(Keyring(NEW, (OLD,))) == "Keyring(2 secrets)"
