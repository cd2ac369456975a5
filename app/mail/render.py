"""Mails from templates: one file a message and locale, put into a text and an HTML layout.

A message's file fills the blocks of whichever layout it is rendered with: `subject`, `heading`,
`body`, `action` (the button's label, with `url` in the context) and `note`. It holds plain text
only; the HTML layout escapes it and makes paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from app.kit.runtime import settings
from app.mail.rules import check_header, describe_duration, is_harmless_name
from app.mail.types import Body

# Template → what its context must hold. `name` (of the person) may be given to each.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "verify_email": ("url",),
    "reset_password": ("url",),
    "password_changed": ("time", "url"),
    "email_changed": ("new_email",),
    "change_email": ("url",),
    "address_in_use": ("url",),
    "account_exists": ("url",),
    "invitation": ("url",),
    "sign_in_code": ("code", "url", "device", "ip", "time"),
    "new_device": ("device", "ip", "time"),
    "totp_added": ("time", "url"),
    "totp_removed": ("time", "url"),
    "passkey_added": ("time", "url"),
    "passkey_removed": ("time", "url"),
    "factors_reset": ("time", "url"),
    "recovery_code_used": ("left", "time", "url"),
    "codes_guessed": ("time", "url"),
    "sign_in_locked": ("time", "url"),
    "identity_linked": ("provider", "time", "url"),
    "identity_unlinked": ("provider", "time", "url"),
    "deletion_scheduled": ("time", "url"),
    "deletion_ordered": ("time",),
    "account_restored": ("url",),
}
OPTIONAL = ("name", "url", "inviter", "label", "code")
# Whoever signs up with somebody else's address chooses what we call its owner; a thief names their passkey.
_CHOSEN_BY_STRANGERS = frozenset({"name", "inviter", "label"})
_MAX_VALUE_CHARS = 2_048


def render_mail(template: str, context: Mapping[str, str], locale: str) -> Body:
    """Render a mail.

    Raises:
        LookupError: no such template, or its context lacks something (a mistake in our code).
        BadHeader: the subject would hold a control character.
    """
    values = _complete(template, context, locale)
    page = _environment(True).get_template(f"{locale}/{template}.j2")
    plain = _environment(False).get_template(f"{locale}/{template}.j2")
    subject = plain.render(layout="layout.subject.j2", **values).strip()
    return Body(
        check_header("Subject", subject),
        plain.render(layout="layout.text.j2", **values).strip() + "\n",
        page.render(layout="layout.html.j2", subject=subject, **values),
    )


def _complete(template: str, context: Mapping[str, str], locale: str) -> dict[str, Any]:
    if template not in TEMPLATES:
        raise LookupError(f"unknown mail template {template}")
    missing = [name for name in TEMPLATES[template] if not context.get(name)]
    if missing:
        raise LookupError(f"the mail {template} needs {', '.join(missing)}")
    chosen = settings()
    given = {name: line for name, text in context.items() if (line := _one_line(name, text))}
    return {
        **dict.fromkeys(OPTIONAL),
        **given,
        "locale": locale,
        "product": chosen.product_name,
        "home": chosen.public_url,
        "host": urlsplit(chosen.public_url).netloc,
        "valid_for": describe_duration(_life(template), locale),
    }


def _life(template: str) -> timedelta:
    chosen = settings()
    lives = {"reset_password": chosen.reset_link_ttl, "sign_in_code": chosen.signin_code_ttl}
    return lives.get(template, chosen.email_link_ttl)


def _one_line(name: str, text: str) -> str:
    if name.endswith("url") and urlsplit(text).scheme not in {"http", "https"}:
        raise LookupError(f"the mail needs an absolute http(s) URL for {name}")
    line = " ".join(text.split())[:_MAX_VALUE_CHARS]
    return "" if name in _CHOSEN_BY_STRANGERS and not is_harmless_name(line) else line


@cache
def _environment(is_html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("app.mail", "templates"),
        autoescape=is_html,  # noqa: S701 - the text layout is not HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = _paragraphs
    return environment


def _paragraphs(text: Markup | str) -> list[str]:
    """Blocks between blank lines, each on one line, escaped as they came."""
    blocks = [" ".join(block.split()) for block in str(text).strip().split("\n\n")]
    return [Markup(block) if isinstance(text, Markup) else block for block in blocks if block]  # noqa: S704 - escaped
