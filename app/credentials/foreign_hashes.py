"""Password hashes that other systems made: verified once, then replaced by our own.

Forms: PHC strings and modular crypt (`$argon2id$…`, `$2b$…`, `$scrypt$…`, `$pbkdf2-sha256$…`), and Django's
(`argon2$argon2id$…`, `bcrypt$$2b$…`, `bcrypt_sha256$$2b$…`, `scrypt$…`, `pbkdf2_sha256$…`, `pbkdf2_sha1$…`).
What would cost more than a sign-in may is refused when it is imported, so that no hash can stop the server.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_LENGTH = 512
# A guess at a hash with all of these at once takes about a second.
MAX_ARGON2_KIB = 128 * 1024
MAX_ARGON2_TIME = 6
MAX_ARGON2_LANES = 16
# RFC 9106 §3.1: every lane has four segments of two blocks, of 1 KiB each.
ARGON2_KIB_PER_LANE = 8
MIN_ARGON2_SALT_BYTES = 8
MAX_BCRYPT_COST = 14
MAX_PBKDF2_ITERATIONS = 2_000_000
MAX_SCRYPT_BYTES = 128 * 1024 * 1024
MIN_DIGEST_BYTES = 16
MAX_DIGEST_BYTES = 64
# bcrypt reads no further; newer versions of the library refuse what older ones cut.
_BCRYPT_BYTES = 72

_BCRYPT = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}")
# Django writes a word in front. A text without a version is of version 16, as libargon2 reads it.
_ARGON2 = re.compile(
    r"(?:argon2)?(\$argon2(?:i|d|id)(?:\$v=(?:16|19))?\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,7})"
    r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+))"
)
_SCRYPT = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([^$]+)\$([^$]+)")
_PBKDF2 = re.compile(r"\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,9})(?:,l=\d+)?\$([^$]*)\$([^$]+)")
_DJANGO_SCRYPT = re.compile(r"scrypt\$(\d{1,9})\$([^$]+)\$(\d{1,3})\$(\d{1,3})\$([^$]+)")
_DJANGO_PBKDF2 = re.compile(r"pbkdf2_(sha1|sha256|sha512)\$(\d{1,9})\$([^$]+)\$([^$]+)")
_DJANGO_BCRYPT = re.compile(r"(bcrypt|bcrypt_sha256)\$(\$2[abxy]\$.+)")

Verify = Callable[[bytes], bool]


class _Unusable(Exception):
    """A text is no hash that we can verify; the message says why."""


def find_hash_problem(text: str) -> str | None:
    """Why this hash cannot be imported; None when it can."""
    try:
        _read(text)
    except _Unusable as error:
        return str(error)
    return None


def matches(text: str, password: str) -> bool:
    """Whether the password has this hash; a text that is no hash has no password."""
    try:
        return _read(text)(password.encode())
    except (_Unusable, ValueError):
        return False


def _read(text: str) -> Verify:
    if len(text) > MAX_LENGTH or not text.isascii() or not text.isprintable():
        raise _Unusable(f"A password hash has at most {MAX_LENGTH} printable characters.")
    for pattern, read in _FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            return read(found)
    raise _Unusable("A password hash is argon2, bcrypt, scrypt or PBKDF2, in PHC or Django form.")


def _read_argon2(found: re.Match[str]) -> Verify:
    text, memory_kib, passes, lanes = found[1], int(found[2]), int(found[3]), int(found[4])
    if memory_kib > MAX_ARGON2_KIB or passes > MAX_ARGON2_TIME or lanes > MAX_ARGON2_LANES:
        raise _Unusable(
            f"An argon2 hash uses at most {MAX_ARGON2_KIB} KiB, {MAX_ARGON2_TIME} passes and {MAX_ARGON2_LANES} lanes."
        )
    if memory_kib < ARGON2_KIB_PER_LANE * lanes:
        raise _Unusable(f"An argon2 hash uses at least {ARGON2_KIB_PER_LANE} KiB a lane.")
    if len(_decode_strictly(found[5])) < MIN_ARGON2_SALT_BYTES:
        raise _Unusable(f"The salt of an argon2 hash has at least {MIN_ARGON2_SALT_BYTES} bytes.")
    _check_digest(_decode_strictly(found[6]))

    def verify(password: bytes) -> bool:
        try:
            return PasswordHasher().verify(text, password)
        except (VerificationError, InvalidHashError):
            return False

    return verify


def _read_bcrypt(found: re.Match[str]) -> Verify:
    if not 4 <= int(found[1]) <= MAX_BCRYPT_COST:
        raise _Unusable(f"A bcrypt hash has a cost of 4 to {MAX_BCRYPT_COST}.")
    # The letters tell of bugs that other libraries had; what they make of a password is the same.
    text = ("$2b$" + found[0][4:]).encode()
    try:
        bcrypt.hashpw(b"", b"$2b$04$" + text[7:29])
    except ValueError:
        raise _Unusable("The salt of this bcrypt hash is none.") from None

    def verify(password: bytes) -> bool:
        return b"\0" not in password and bcrypt.checkpw(password[:_BCRYPT_BYTES], text)

    return verify


def _read_django_bcrypt(found: re.Match[str]) -> Verify:
    inner = _BCRYPT.fullmatch(found[2])
    if inner is None:
        raise _Unusable("This is no bcrypt hash.")
    verify = _read_bcrypt(inner)
    if found[1] == "bcrypt":
        return verify
    return lambda password: verify(hashlib.sha256(password).hexdigest().encode())


def _read_scrypt(found: re.Match[str]) -> Verify:
    return _scrypt(2 ** int(found[1]), int(found[2]), int(found[3]), _decode(found[4]), _decode(found[5]))


def _read_django_scrypt(found: re.Match[str]) -> Verify:
    return _scrypt(int(found[1]), int(found[3]), int(found[4]), found[2].encode(), _decode(found[5]))


def _scrypt(n: int, r: int, p: int, salt: bytes, digest: bytes) -> Verify:
    _check_digest(digest)
    memory = 128 * n * r * max(p, 1)
    # RFC 7914 §2: N is below 2^(128 r / 8).
    if n < 2 or n & (n - 1) or not r or not p or n >= 2 ** (16 * r) or memory > MAX_SCRYPT_BYTES:
        raise _Unusable(f"A scrypt hash has N as a power of two, and N·r·p·128 of at most {MAX_SCRYPT_BYTES} bytes.")
    return lambda password: hmac.compare_digest(
        hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=2 * memory + 1024 * 1024, dklen=len(digest)), digest
    )


def _read_pbkdf2(found: re.Match[str]) -> Verify:
    return _pbkdf2(found[1] or "sha1", int(found[2]), _decode(found[3]), _decode(found[4]))


def _read_django_pbkdf2(found: re.Match[str]) -> Verify:
    return _pbkdf2(found[1], int(found[2]), found[3].encode(), _decode(found[4]))


def _pbkdf2(name: str, iterations: int, salt: bytes, digest: bytes) -> Verify:
    _check_digest(digest)
    if not 1 <= iterations <= MAX_PBKDF2_ITERATIONS:
        raise _Unusable(f"A PBKDF2 hash has 1 to {MAX_PBKDF2_ITERATIONS} iterations.")
    return lambda password: hmac.compare_digest(
        hashlib.pbkdf2_hmac(name, password, salt, iterations, dklen=len(digest)), digest
    )


def _check_digest(digest: bytes) -> None:
    if not MIN_DIGEST_BYTES <= len(digest) <= MAX_DIGEST_BYTES:
        raise _Unusable(f"The digest of a hash has {MIN_DIGEST_BYTES} to {MAX_DIGEST_BYTES} bytes.")


def _decode(text: str) -> bytes:
    """Base64 with or without padding, in the alphabets of RFC 4648 §4 and §5 and of passlib (`.` for `+`)."""
    plain = text.rstrip("=").translate(str.maketrans("-_.", "+/+"))
    try:
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise _Unusable("Salt or digest of the hash is not Base64.") from None
    return decoded


def _decode_strictly(text: str) -> bytes:
    """Base64 without padding, in the one way that libargon2 reads it: bits that stand for nothing are zero."""
    decoded = _decode(text)
    if base64.b64encode(decoded).rstrip(b"=") != text.encode():
        raise _Unusable("Salt or digest of the hash is not Base64.")
    return decoded


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Verify]], ...] = (
    (_ARGON2, _read_argon2),
    (_BCRYPT, _read_bcrypt),
    (_DJANGO_BCRYPT, _read_django_bcrypt),
    (_SCRYPT, _read_scrypt),
    (_PBKDF2, _read_pbkdf2),
    (_DJANGO_SCRYPT, _read_django_scrypt),
    (_DJANGO_PBKDF2, _read_django_pbkdf2),
)
