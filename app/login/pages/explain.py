"""Errors in words, in the reader's language, beside the fields that they are about."""

from __future__ import annotations

from app.credentials.errors import InvalidPassword, PasswordGuessable
from app.kit.errors import AppError, InputProblems
from app.kit.pages import Texts
from app.login.errors import AccountLeaving, AccountSuspended
from app.login.types import FormErrors
from app.users.errors import InvalidUser

FIELDS = frozenset({"email", "name", "password", "confirm", "code", "username", "picture", "locale", "zoneinfo"})


def explain(texts: Texts, error: AppError) -> FormErrors:
    """What a form says about the error that sent it back."""
    problems = error.problems if isinstance(error, InputProblems) else (error,)
    general: list[str] = []
    fields: dict[str, list[str]] = {}
    for problem in problems:
        name = problem.field[0] if problem.field else ""
        place = fields.setdefault(name, []) if name in FIELDS else general
        place += _sentences(texts, problem)
    return FormErrors(" ".join(general) or None, fields)


def _sentences(texts: Texts, error: AppError) -> list[str]:
    if isinstance(error, PasswordGuessable):
        return [texts("login.easy_to_guess"), *(texts(f"login.reason_{reason}") for reason in error.reasons)]
    if isinstance(error, InvalidUser) and f"login.wrong_{error.field[0]}" in texts:
        return [texts(f"login.wrong_{error.field[0]}")]
    values = error.values if isinstance(error, InvalidPassword) else {}
    sentences = [texts.error(error.code, error.message, **values)]
    if isinstance(error, AccountSuspended):
        sentences += _about_ban(texts, error)
    if isinstance(error, AccountLeaving):
        sentences.append(texts("login.leaving_erased", time=f"{error.erased_at:%Y-%m-%d %H:%M} UTC"))
    if error.retry_after is not None:
        sentences.append(texts("kit.retry_after", wait=texts.duration(error.retry_after)))
    return sentences


def _about_ban(texts: Texts, error: AccountSuspended) -> list[str]:
    sentences = []
    if error.reason:
        sentences.append(texts("login.suspended_reason", reason=error.reason))
    if error.until:
        sentences.append(texts("login.suspended_until", until=f"{error.until:%Y-%m-%d %H:%M} UTC"))
    return sentences
