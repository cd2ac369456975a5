"""Page tokens of searches: where to go on, with the limit and the request that they belong to.

Source: OpenID Authorization API 1.0, §8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from app.kit.crypto import b64url, b64url_decode
from app.kit.paging import MAX_PAGE
from app.oidc.live.entities import NOTHING, Sent, read_object
from app.oidc.live.errors import PageInvalid, QuestionInvalid

_ENTITIES: Final = ("subject", "action", "resource", "context")
_DIGEST_CHARACTERS: Final = 24
_MAX_TOKEN_CHARACTERS: Final = 4_096


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a search.

    Attributes:
        limit: results wanted at most, 0 to `MAX_PAGE`.
        after: the cursor to go on from; None at the beginning.
        digest: of what is searched for.
    """

    limit: int
    after: str | None
    digest: str


def read_place(request: Sent, kind: str) -> Place:
    """Where a request goes on. With a token the limit may be left out: it is the one from before.

    Args:
        kind: the search, which takes no token of another one.

    Raises:
        QuestionInvalid: `page` is malformed.
        PageInvalid: `oidc_page_invalid`, a token of another request.
    """
    page = read_object(request.get("page", NOTHING), "page")
    digest = _digest(request, kind)
    limit = _limit_of(page)
    token = page.get("token")
    if token is None or token == "":
        return Place(MAX_PAGE if limit is None else limit, None, digest)
    found = _read_token(token)
    if found.digest != digest or limit not in {None, found.limit}:
        raise PageInvalid
    return found


def next_token(place: Place, cursor: str | None) -> str:
    """The token of the page that begins after a cursor."""
    return b64url(orjson.dumps([place.limit, cursor, place.digest]))


def _limit_of(page: Sent) -> int | None:
    limit = page.get("limit")
    if limit is None:
        return None
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise QuestionInvalid("page.limit is a number that is not negative", "page", "limit")
    return min(limit, MAX_PAGE)


def _read_token(token: object) -> Place:
    if not isinstance(token, str) or len(token) > _MAX_TOKEN_CHARACTERS:
        raise PageInvalid
    try:
        limit, after, digest = orjson.loads(b64url_decode(token))
    except (ValueError, TypeError):
        raise PageInvalid from None
    is_formed = type(limit) is int and 0 <= limit <= MAX_PAGE and isinstance(after, str | None)
    if not is_formed or not isinstance(digest, str):
        raise PageInvalid
    return Place(limit, after, digest)


def _digest(request: Sent, kind: str) -> str:
    asked = [kind, *(request.get(name) for name in _ENTITIES)]
    try:
        text = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # It reads deeper JSON than it writes.
        raise QuestionInvalid("it is nested too deeply") from None
    return sha256(text).hexdigest()[:_DIGEST_CHARACTERS]
