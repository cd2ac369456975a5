"""Lists of passwords that were stolen elsewhere: a file of SHA-1 hashes, or a range API.

Both count how often a password was seen. Source: Have I Been Pwned, "Pwned Passwords", API version 3.
"""

from __future__ import annotations

from hashlib import sha1


class ListUnusable(Exception):
    """A list cannot be read, or is not what it should be; the message says why."""


def digest_of(password: str) -> str:
    """The SHA-1 of a password as lists have it: 40 hexadecimal digits in upper case."""
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
