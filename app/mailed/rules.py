"""What a code looks like, and how many there may be. Pure."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import Final

from app.kit.limits import RateLimit

# With MAX_GUESSES and MAILS_A_DAY an attacker finds one account's code with a chance of one in a million a day.
CODE_DIGITS: Final = 8
MAX_GUESSES: Final = 5
# What was typed is kept as long as the wish: as much as a name can have.
MAX_LOGIN: Final = 320
MAX_TYPED: Final = 64
MAX_TOKEN: Final = 128
# Of all browsers that an account does not know together, and of each that it knows by itself. From one address an
# unknown browser gets fewer: one stranger must not use up what is there for all.
MAILS_AN_HOUR: Final = RateLimit("mailed_code_hour", 5, timedelta(hours=1))
MAILS_AN_HOUR_FROM_AN_ADDRESS: Final = RateLimit("mailed_code_user_address", 2, timedelta(hours=1))
MAILS_A_DAY: Final = RateLimit("mailed_code_day", 20, timedelta(days=1))


def format_code(number: int) -> str:
    """A number as a code, zeros in front."""
    return f"{number:0{CODE_DIGITS}d}"


def clean_code(typed: str) -> str | None:
    """The code that was meant, None when it can be none: blanks and hyphens are for the eye, any digits will do."""
    if len(typed) > MAX_TYPED:
        return None
    plain = "".join(
        character for character in unicodedata.normalize("NFKC", typed)
        if not (character.isspace() or unicodedata.category(character) in {"Pd", "Cf"})
    )  # fmt: skip
    if len(plain) != CODE_DIGITS or not plain.isdecimal():
        return None
    return "".join(str(unicodedata.decimal(digit)) for digit in plain)


def mail_bucket(user_id: str, browser_id: str, *, is_known_browser: bool) -> str:
    """Where mails to an account are counted: strangers who ask must not use up what its owner's browsers may."""
    return f"{user_id}|{browser_id}" if is_known_browser else user_id
