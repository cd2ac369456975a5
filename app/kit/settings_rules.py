"""What a setting must look like: one check for each kind, with the fix in its words. Pure."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_settings import NoDecode

from app.kit.mailboxes import split_mailbox

MIN_SECRET_BYTES = 32
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_TARGET = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253}):[1-9][0-9]{0,4}")
_HOST_PATTERN = re.compile(r"\*|(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_LABEL = re.compile(r"[a-z0-9]{1,12}")
_SECONDS = re.compile(r"\d+(\.\d+)?")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def local_url(values: dict[str, object]) -> str:
    """Where a server without a public URL is reached: on this machine, at its port."""
    return f"http://localhost:{values.get('port', 8000)}"


def split_words(value: object) -> object:
    """The words of a comma-separated text; anything else as it is."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def parse_networks(value: object) -> object:
    """Networks from comma-separated text or a list of texts.

    Raises:
        ValueError: naming the first one that is not a network.
    """
    words = split_words(value)
    if not isinstance(words, tuple | list):
        return words
    return tuple(_parse_network(word) for word in words)


def _parse_network(word: object) -> object:
    if not isinstance(word, str):
        return word
    try:
        return ip_network(word)
    except ValueError:
        raise ValueError(f"{word} is not a network; write it as 10.0.0.0/8 or fd00::/8") from None


def check_public_url(value: str) -> str:
    """The URL as browsers write its origin: lower case, no default port; without a trailing slash."""
    parts = _split(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an absolute http(s) URL such as https://id.example.com")
    if "?" in value or "#" in value or "@" in parts.netloc:
        raise ValueError("must have no query, fragment or credentials")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS and not parts.hostname.endswith(".localhost"):
        raise ValueError("must be https unless the host is localhost")
    netloc = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    return parts._replace(netloc=netloc).geturl().rstrip("/")


def check_address(value: str) -> str:
    """An IP address, which a listener can be told by."""
    try:
        return str(ip_address(value))
    except ValueError:
        raise ValueError("must be an IP address such as 127.0.0.1 or ::1") from None


def check_secret(value: SecretStr) -> SecretStr:
    """A root secret that is long enough."""
    if len(value.get_secret_value().encode()) < MIN_SECRET_BYTES:
        raise ValueError(f"must be at least {MIN_SECRET_BYTES} bytes; make one with: openssl rand -base64 32")
    return value


def check_database_url(value: SecretStr) -> SecretStr:
    """A PostgreSQL URL of which we understand every part."""
    parts = _split(value.get_secret_value())
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must be a postgres:// URL; Auther runs on PostgreSQL only")
    options = parse_qs(parts.query, keep_blank_values=True)
    if options.keys() - {"sslmode"} or options.get("sslmode", ["prefer"])[-1] not in SSL_MODES:
        raise ValueError(f"takes no option but sslmode, one of {', '.join(SSL_MODES)}")
    return value


def check_smtp_url(value: SecretStr) -> SecretStr:
    """The URL of a mail server of which we understand every part, and which gets no password unprotected."""
    parts = _split(value.get_secret_value())
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("must be smtp://user:password@host:587 or smtps://user:password@host")
    options = parse_qs(parts.query, keep_blank_values=True)
    if options not in ({}, {"tls": ["off"]}):
        raise ValueError("takes no option but tls=off")
    if options and parts.scheme == "smtps":
        raise ValueError("cannot be smtps with tls=off")
    if options and parts.username and parts.hostname not in LOOPBACK_HOSTS:
        raise ValueError("would send a password unprotected; remove tls=off or the password")
    return value


def check_mail_from(value: str) -> str:
    """A sender: `Name <address>` or an address."""
    split_mailbox(value)
    return value


def read_duration(value: object, read: ValidatorFunctionWrapHandler) -> timedelta:
    """ISO 8601, or seconds as a number or as digits."""
    try:
        duration: timedelta = read(float(value) if isinstance(value, str) and _SECONDS.fullmatch(value) else value)
    except ValidationError:
        raise ValueError("must be a duration such as PT15M, or seconds such as 900") from None
    if duration < timedelta(0):
        raise ValueError("must not be negative")
    return duration


def check_targets(values: tuple[str, ...]) -> tuple[str, ...]:
    """Hosts with ports, such as `localhost:3000`."""
    if any(not _TARGET.fullmatch(value) for value in values):
        raise ValueError("must be hosts with ports, such as localhost:3000")
    return values


def check_host_patterns(values: tuple[str, ...]) -> tuple[str, ...]:
    """Host names, `*.` before one for those below it, or `*` for all."""
    if any(not _HOST_PATTERN.fullmatch(value) for value in values):
        raise ValueError("must be host names such as app.example.com or *.example.com, or * for all")
    return values


def check_label(value: str) -> str:
    """A short word that stands inside of other texts."""
    if not _LABEL.fullmatch(value):
        raise ValueError("must be 1 to 12 lower-case letters and digits, such as live")
    return value


def check_positive(value: timedelta) -> timedelta:
    """A duration that lasts."""
    if value <= timedelta(0):
        raise ValueError("must be longer than nothing; write PT15M or 900 (seconds)")
    return value


def _split(value: str) -> SplitResult:
    parts = urlsplit(value)
    try:
        _ = parts.port
    except ValueError:
        raise ValueError("must have a port between 0 and 65535") from None
    return parts


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_words)]
Targets = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_words), AfterValidator(check_targets)]
HostPatterns = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_words), AfterValidator(check_host_patterns)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(parse_networks)]
PublicUrl = Annotated[str, AfterValidator(check_public_url)]
IpAddress = Annotated[str, AfterValidator(check_address)]
Label = Annotated[str, AfterValidator(check_label)]
Secret = Annotated[SecretStr, AfterValidator(check_secret)]
Secrets = Annotated[tuple[Secret, ...], NoDecode, BeforeValidator(split_words)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(check_database_url)]
SmtpUrl = Annotated[SecretStr, AfterValidator(check_smtp_url)]
MailFrom = Annotated[str, AfterValidator(check_mail_from)]
Grace = Annotated[timedelta, WrapValidator(read_duration)]
Duration = Annotated[Grace, AfterValidator(check_positive)]
