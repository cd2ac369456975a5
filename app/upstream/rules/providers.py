"""What a well-formed provider is, and which changes of one leave alone who its people are. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from app.kit.errors import AppError
from app.upstream.errors import InvalidProvider
from app.upstream.types import AUTH_BASIC, AUTH_NONE, AUTH_POST, ProviderKind
from app.users.rules import has_control_characters

MAX_SCOPES: Final = 30
SCOPES: Final = {ProviderKind.OIDC: ("openid", "profile", "email"), ProviderKind.OAUTH2: ()}
# Ours, and the names that OpenID Connect Core §5.1 has for them.
CLAIMS: Final = ("sub", "email", "email_verified", "name", "picture", "locale")

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,200}")
_MEMBER = re.compile(r"[A-Za-z0-9_.:/-]{1,100}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,300}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "emails_endpoint")


def check_provider(fields: Mapping[str, object]) -> list[AppError]:
    """Everything that is wrong with a whole provider."""
    problems: list[AppError] = [
        InvalidProvider(name, reason)
        for name, check in _CHECKS.items()
        if fields.get(name) is not None and (reason := check(fields[name]))
    ]
    problems += [
        InvalidProvider(name, "This is needed.") for name in ("slug", "name", "client_id") if not fields.get(name)
    ]
    if fields["can_sign_up"] and not fields["trusts_email"]:
        # Else somebody could take an address that is not theirs, before its owner comes.
        text = "Accounts are made only by providers whose word on addresses is trusted."
        problems.append(InvalidProvider("can_sign_up", text))
    return problems + _check_kind(fields)


def _check_kind(fields: Mapping[str, object]) -> list[AppError]:
    """OpenID providers are found by their issuer; others need every endpoint."""
    method, secret = fields["token_endpoint_auth_method"], fields.get("client_secret")
    problems: list[AppError] = []
    if method != AUTH_NONE and not secret:
        problems.append(InvalidProvider("client_secret", "This way of proving ourselves needs a secret."))
    if fields["kind"] is ProviderKind.OIDC:
        if not fields.get("issuer"):
            problems.append(InvalidProvider("issuer", "An OpenID provider has an issuer."))
        if "openid" not in (fields["scopes"] if isinstance(fields["scopes"], tuple) else ()):
            problems.append(InvalidProvider("scopes", "An OpenID provider is asked for openid."))
        return problems
    if fields.get("issuer"):
        problems.append(InvalidProvider("issuer", "A service that has an issuer is an OpenID provider."))
    return problems + [
        InvalidProvider(name, "An OAuth 2.0 service has no discovery: this is needed.")
        for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
        if not fields.get(name)
    ]


def find_mover(kind: ProviderKind, old: Mapping[str, object], new: Mapping[str, object]) -> str | None:
    """The field whose change would make other people of the subjects that are linked; None when there is none.

    Args:
        old, new: all fields of the provider, before and after.
    """
    if old["issuer"] != new["issuer"]:
        return "issuer"
    if _subject_member(old["claims"]) != _subject_member(new["claims"]):
        return "claims"
    if kind is ProviderKind.OIDC:
        return None
    if old["userinfo_endpoint"] != new["userinfo_endpoint"]:
        return "userinfo_endpoint"
    known = {_place(old[name]) for name in _ENDPOINTS}
    return next((name for name in _ENDPOINTS if new[name] and _place(new[name]) not in known), None)


def check_secret_stays(old: Mapping[str, object], new: Mapping[str, object]) -> list[AppError]:
    """Whether the stored secret would be sent elsewhere than where it was meant to go."""
    if all(old[name] == new[name] for name in ("issuer", "token_endpoint")):
        return []
    text = "With another issuer or token endpoint, the secret is to be given again."
    return [InvalidProvider("client_secret", text)]


def _subject_member(claims: object) -> object:
    return claims.get("sub", "sub") if isinstance(claims, Mapping) else "sub"


def _place(url: object) -> tuple[str | None, int | None]:
    parts = urlsplit(str(url or ""))
    return parts.hostname, parts.port


def _check_slug(value: object) -> str | None:
    ok = isinstance(value, str) and _SLUG.fullmatch(value)
    return None if ok else "A slug has 1 to 40 small letters, digits and dashes, no dash at its ends."


def _check_name(value: object) -> str | None:
    if isinstance(value, str) and 0 < len(value.strip()) <= 80 and not has_control_characters(value):
        return None
    return "A name has 1 to 80 characters, none of them controls."


def check_url(value: object) -> str | None:
    """Why this is no URL that can be called; None when it is one."""
    text = str(value)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "This is no URL."
    if not host or "@" in parts.netloc or parts.fragment or not text.isascii() or not text.isprintable() or " " in text:
        return "This is no URL that can be called."
    is_plain = parts.scheme == "http" and host in _LOOPBACK
    return None if (parts.scheme == "https" or is_plain) and len(text) <= 2_048 else "It begins with https://."


def _check_issuer(value: object) -> str | None:
    return check_url(value) or ("An issuer has no query." if "?" in str(value) else None)


def _check_visible(value: object) -> str | None:
    ok = isinstance(value, str) and _VISIBLE.fullmatch(value)
    return None if ok else "It has 1 to 300 printable characters and no blanks."


def _check_method(value: object) -> str | None:
    return (
        None
        if value in {AUTH_BASIC, AUTH_POST, AUTH_NONE}
        else "It is client_secret_basic, client_secret_post or none."
    )


def _check_scopes(value: object) -> str | None:
    scopes = value if isinstance(value, tuple) else ()
    ok = (
        len(scopes) <= MAX_SCOPES and len(set(scopes)) == len(scopes) and all(_SCOPE.fullmatch(each) for each in scopes)
    )
    return None if ok else f"There are at most {MAX_SCOPES} scopes, each once, of printable characters without blanks."


def _check_claims(value: object) -> str | None:
    if not isinstance(value, Mapping) or not value.keys() <= set(CLAIMS):
        return f"A mapping names {', '.join(CLAIMS)}."
    ok = all(isinstance(member, str) and _MEMBER.fullmatch(member) for member in value.values())
    return None if ok else "A member has 1 to 100 letters, digits and _ . : / -"


_CHECKS: Final[dict[str, Callable[[object], str | None]]] = {
    "slug": _check_slug,
    "name": _check_name,
    "issuer": _check_issuer,
    **dict.fromkeys(_ENDPOINTS, check_url),
    "client_id": _check_visible,
    "client_secret": _check_visible,
    "token_endpoint_auth_method": _check_method,
    "scopes": _check_scopes,
    "claims": _check_claims,
}
