"""Where an answer of the authorization endpoint goes, once that is known to be the client's."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ResponseMode(StrEnum):
    """How parameters travel back (OAuth 2.0 Multiple Response Types §2.1, Form Post §2)."""

    QUERY = "query"
    FRAGMENT = "fragment"
    FORM_POST = "form_post"


@dataclass(frozen=True, slots=True)
class ReplyAddress:
    """A redirect URI that is registered for the client that asks.

    INVARIANT: only `authorize.trust_redirect_uri` makes one, after comparing. Whoever holds one may send there.
    """

    redirect_uri: str
    mode: ResponseMode
    state: str | None
