"""Pure rules of the mail room."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from app.kit.mailboxes import split_mailbox
from app.kit.pages.texts import LANGUAGES, choose_language
from app.kit.settings import LOOPBACK_HOSTS
from app.mail.errors import BadHeader, BadRecipient
from app.mail.types import SmtpServer, Tls

LOCALES = LANGUAGES
MAX_ADDRESS_CHARS = 254
MAX_NAME_CHARS = 80
_LINK_LIKE = re.compile(r"[@/\\:]|\w\.\w{2,}")
_PORTS = {"smtp": 587, "smtps": 465}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_UNITS = {
    "en": {"day": ("day", "days"), "hour": ("hour", "hours"), "minute": ("minute", "minutes")},
    "de": {"day": ("Tag", "Tage"), "hour": ("Stunde", "Stunden"), "minute": ("Minute", "Minuten")},
    "fr": {"day": ("jour", "jours"), "hour": ("heure", "heures"), "minute": ("minute", "minutes")},
}
_MINUTES = {"day": 1_440, "hour": 60, "minute": 1}


def check_recipient(address: str) -> str:
    """The address, if one mail to one person can be sent to it.

    Raises:
        BadRecipient: a list, a display name, a line break, too long, or a domain that cannot exist.
    """
    try:
        name, only = split_mailbox(address)
    except ValueError:
        raise BadRecipient from None
    if name or only != address or len(address) > MAX_ADDRESS_CHARS:
        raise BadRecipient
    return address


def check_header(name: str, text: str) -> str:
    """The text, if it can stand in a header line (RFC 5322 §2.2).

    Raises:
        BadHeader: it holds a line break or another control character.
    """
    if _CONTROL.search(text):
        raise BadHeader(name)
    return text


def is_harmless_name(name: str) -> bool:
    """Whether this may stand in a mail as a person's name: short, and nothing that becomes a link."""
    return len(name) <= MAX_NAME_CHARS and _LINK_LIKE.search(name) is None


def choose_locale(wanted: str | None) -> str:
    """The locale of ours that suits a BCP 47 tag best: `de-AT` → `de`, unknown → English."""
    return choose_language([wanted] if wanted else [])


def describe_duration(duration: timedelta, locale: str) -> str:
    """A duration in the largest unit that fits evenly: "30 minutes", "24 Stunden"."""
    minutes = max(1, int(duration.total_seconds()) // 60)
    # One day reads as 24 hours and one hour as 60 minutes: what people compare a clock with.
    unit = next((name for name, size in _MINUTES.items() if minutes % size == 0 and minutes > size), "minute")
    count = minutes // _MINUTES[unit]
    one, many = _UNITS[locale][unit]
    return f"{count} {one if count == 1 else many}"


def parse_smtp_url(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587` or `smtps://…`, as the settings allow it.

    `smtp` demands STARTTLS unless the host is loopback (there it is used when offered); `?tls=off`
    says that the network in between is trusted, as between containers.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_loopback = host in LOOPBACK_HOSTS
    return SmtpServer(
        host,
        parts.port or _PORTS[parts.scheme],
        _choose_tls(parts.scheme, is_loopback=is_loopback, is_off=bool(parts.query)),
        is_loopback,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _choose_tls(scheme: str, *, is_loopback: bool, is_off: bool) -> Tls:
    if scheme == "smtps":
        return Tls.IMPLICIT
    if is_off:
        return Tls.OFF
    return Tls.OFFERED if is_loopback else Tls.REQUIRED
