"""Recovery codes, shown once: to be printed, downloaded or written down."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from app.kit.pages import see_other
from app.kit.runtime import settings
from app.login.pages.visit import Visit


def show_codes(visit: Visit, codes: tuple[str, ...], onward: str) -> Response:
    """The page with new codes, or straight on when there are none.

    Args:
        onward: where the page leads.
    """
    if not codes:
        return see_other(onward)
    text = "\n".join([visit.texts("factors.codes_file", product=settings().product_name), "", *codes, ""])
    context = {"codes": codes, "file": f"data:text/plain;charset=utf-8,{quote(text)}", "onward": onward}
    return visit.show("codes.html", context)
