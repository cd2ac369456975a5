"""Server-rendered pages: templates, texts, cookies, forms and their protection.

Rooms keep `templates/` and `locales/` beside their `pages.py`; a page needs no JavaScript.
It must never: answer without the security headers, redirect off this host by a caller's wish,
read a form whose CSRF field was not checked.
"""

from app.kit.pages.cookies import (
    BrowserCookie,
    browser_id,
    clear_cookie,
    clear_session_cookie,
    cookie_name,
    session_cookie_name,
    set_cookie,
    set_session_cookie,
)
from app.kit.pages.csrf import csrf_field, csrf_token
from app.kit.pages.forms import read_form
from app.kit.pages.render import error_page, page, see_other, texts_of
from app.kit.pages.static import routes
from app.kit.pages.texts import Texts, choose_language, texts_for
from app.kit.pages.urls import form_sources, safe_next

__all__ = [
    "BrowserCookie",
    "Texts",
    "browser_id",
    "choose_language",
    "clear_cookie",
    "clear_session_cookie",
    "cookie_name",
    "csrf_field",
    "csrf_token",
    "error_page",
    "form_sources",
    "page",
    "read_form",
    "routes",
    "safe_next",
    "see_other",
    "session_cookie_name",
    "set_cookie",
    "set_session_cookie",
    "texts_for",
    "texts_of",
]
