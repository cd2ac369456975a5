"""Mailboxes as people write them (RFC 5322 §3.4), and their domains as the DNS knows them. Pure."""

from __future__ import annotations

import re

import idna

# A name may hold commas and dots as it stands, which RFC 5322 wants quoted; quotes around it are no part of it.
_MAILBOX = re.compile(r"\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<name>[^<>\"]*?))\s*<(?P<address>[^<>]+)>\s*")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@]+@[^\s<>()\[\]\\,;:\"@]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# RFC 1035 §2.3.4
_MAX_DOMAIN_CHARS = 253
_MAX_LABEL_CHARS = 63


def split_mailbox(text: str) -> tuple[str, str]:
    """The name (perhaps none) and the address of `Name <address>` or of an address alone.

    Raises:
        ValueError: it is not one mailbox, holds a control character, or its domain can be no one's.
    """
    if _CONTROL.search(text):
        raise ValueError("must not hold a line break or another control character")
    found = _MAILBOX.fullmatch(text)
    name = (found["quoted"] or found["name"] or "") if found else ""
    address = found["address"] if found else text.strip()
    if not _ADDRESS.fullmatch(address):
        raise ValueError("must be one address, such as Auther <no-reply@id.example.com>")
    ascii_domain(address.rpartition("@")[2])
    return name, address


def ascii_domain(domain: str) -> str:
    """A domain as it is in the DNS: `exämple.com` is `xn--exmple-cua.com` (IDNA 2008, RFC 5891; UTS 46).

    Raises:
        ValueError: no such name can exist.
    """
    if domain.isascii() and len(domain) <= _MAX_DOMAIN_CHARS and all(map(_is_label, domain.split("."))):
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueError("must have a domain that can exist") from None


def _is_label(label: str) -> bool:
    return 0 < len(label) <= _MAX_LABEL_CHARS
