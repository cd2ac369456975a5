"""Links to our own pages, as mail carries them."""

from __future__ import annotations

from urllib.parse import urlencode

from app.kit.runtime import settings


def page_link(path: str, **query: str | None) -> str:
    """An absolute link to one of our pages; parameters that are None are left out."""
    given = {name: value for name, value in query.items() if value is not None}
    return f"{settings().public_url}{path}" + (f"?{urlencode(given)}" if given else "")
