"""What the protocol allows. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from app.kit.crypto import b64url, is_same
from app.oidc.reply import ReplyAddress, ResponseMode
from app.oidc.types import Scope
from app.sessions.types import ACR_MFA

# RFC 6749 §3.3
_SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
# RFC 7636 §4.1 and §4.2: an S256 challenge is a SHA-256 hash in base64url.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
MAX_SCOPES = 64


def split_scope(text: str) -> tuple[str, ...] | None:
    """The scope's words, each once, in order; None when it is not a scope."""
    words = tuple(dict.fromkeys(text.split(" ")))
    if len(words) > MAX_SCOPES or not all(_SCOPE_TOKEN.fullmatch(word) for word in words):
        return None
    return words


def narrow_scope(asked: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """What is both asked for and allowed, in the asked order (RFC 6749 §3.3)."""
    permitted = frozenset(allowed)
    return tuple(word for word in asked if word in permitted)


def is_challenge(text: str) -> bool:
    return _CHALLENGE.fullmatch(text) is not None


def proves_challenge(verifier: str | None, challenge: str | None) -> bool:
    """Whether verifier and S256 challenge belong together; both absent counts, one absent does not.

    Source: RFC 7636 §4.6, RFC 9700 §2.1.1 (a verifier without a challenge is a downgrade).
    """
    if verifier is None or challenge is None:
        return verifier is None and challenge is None
    if not _VERIFIER.fullmatch(verifier):
        return False
    return is_same(b64url(sha256(verifier.encode()).digest()), challenge)


def offers_sign_up(signup_policy: str) -> bool:
    """Whether somebody without an account or an invitation may come to have one."""
    return signup_policy in {"open", "domain"}


def may_refresh(scope: Iterable[str], grant_types: Iterable[str], *, is_first_party: bool) -> bool:
    """Whether a code also gives a refresh token.

    The client is registered for the grant, and either the user allowed `offline_access` or the
    client is our own, whose refresh tokens then live no longer than the session.
    """
    return "refresh_token" in grant_types and (is_first_party or Scope.OFFLINE_ACCESS in scope)


def may_go_offline(granted: Iterable[str], allowed: Iterable[str]) -> bool:
    """Whether a grant outlives its session: the user allowed that, and the client still may (OIDC Core §11)."""
    return Scope.OFFLINE_ACCESS in narrow_scope(granted, allowed)


def is_strong_enough(acr: str, *, requires_mfa: bool) -> bool:
    """Whether a grant counts where a second factor is required. One from before that rule does not.

    Args:
        acr: how its user had signed in; empty when it is not a person's, but hangs from a client that acts as one.
    """
    return not requires_mfa or acr in {"", ACR_MFA}


def end_of_grant(
    scope: Iterable[str], *, created_at: datetime, refresh_ttl: timedelta, session_ends_at: datetime
) -> datetime:
    """The absolute end of a refresh token family; without `offline_access` the session's end bounds it."""
    end = created_at + refresh_ttl
    return end if Scope.OFFLINE_ACCESS in scope else min(end, session_ends_at)


def reply_url(reply: ReplyAddress, fields: Mapping[str, str]) -> str:
    """The redirect URI with the fields in its query or fragment; its own query stays as it is."""
    if reply.mode is ResponseMode.FRAGMENT:
        return f"{reply.redirect_uri}#{urlencode(fields)}"
    return add_query(reply.redirect_uri, fields)


def add_query(url: str, fields: Mapping[str, str]) -> str:
    """The URL (without a fragment) with further query fields."""
    if not fields:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"
