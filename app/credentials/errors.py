"""What can go wrong with credentials."""

from __future__ import annotations

from datetime import timedelta

from app.kit.errors import Gone, InputProblems, InvalidInput, TooMany, Unavailable

PASSWORD_FIELD = ("password",)
_BUSY_RETRY = timedelta(seconds=2)


class InvalidPassword(InvalidInput):
    """A password cannot be taken. `values` fill the placeholders of a translated message."""

    def __init__(self, code: str, message: str, **values: int) -> None:
        super().__init__(code, message, field=PASSWORD_FIELD)
        self.values = values


class PasswordTooLong(InvalidPassword):
    def __init__(self, most: int) -> None:
        super().__init__("credentials_password_too_long", f"A password has at most {most} characters.", most=most)


class PasswordTooShort(InvalidPassword):
    def __init__(self, least: int) -> None:
        super().__init__("credentials_password_too_short", f"A password has at least {least} characters.", least=least)


class PasswordNotText(InvalidPassword):
    def __init__(self) -> None:
        super().__init__("credentials_password_not_text", "This password holds characters that are not text.")


class PasswordContainsIdentity(InvalidPassword):
    def __init__(self) -> None:
        super().__init__(
            "credentials_password_contains_identity", "A password must not contain your e-mail address or name."
        )


class PasswordGuessable(InvalidPassword):
    """`reasons` are stable names (`common_password`, `avoid_sequences`), most important first."""

    def __init__(self, reasons: tuple[str, ...], words: str) -> None:
        super().__init__("credentials_password_guessable", f"This password is easy to guess. {words}".rstrip())
        self.reasons = reasons


class PasswordBreached(InvalidPassword):
    def __init__(self) -> None:
        super().__init__(
            "credentials_password_breached",
            "This password is in a list of stolen ones, so strangers try it. Choose another, and change it wherever"
            " you use it.",
        )


class PasswordRefused(InputProblems):
    """All that is wrong with a password that somebody wants to set."""


class HashingBusy(Unavailable):
    def __init__(self) -> None:
        super().__init__("credentials_busy", "Too many people are signing in right now.", retry_after=_BUSY_RETRY)


class SlowDown(TooMany):
    def __init__(self, wait: timedelta) -> None:
        super().__init__("credentials_slow_down", "Too many wrong passwords.", retry_after=wait)


class LockedOut(TooMany):
    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            "credentials_locked",
            "Too many wrong passwords: sign-in is locked for a while. Resetting the password unlocks it.",
            retry_after=wait,
        )


class CodesSlowDown(TooMany):
    def __init__(self, wait: timedelta) -> None:
        super().__init__("credentials_codes_slow_down", "Too many wrong codes.", retry_after=wait)


class CodesLocked(TooMany):
    def __init__(self, wait: timedelta) -> None:
        super().__init__(
            "credentials_codes_locked", "Too many wrong codes: none is taken for a while.", retry_after=wait
        )


class TooManyAttempts(TooMany):
    def __init__(self, wait: timedelta) -> None:
        super().__init__("credentials_too_many_attempts", "Too many attempts from your network.", retry_after=wait)


class LinkInvalid(Gone):
    def __init__(self) -> None:
        super().__init__("credentials_link_invalid", "This link was used already, is too old, or is not one of ours.")
