"""What pages say, in the reader's language.

Each room keeps `locales/<language>.json`, flat: name → text with `{placeholders}`. A text is
asked for as `<room>.<name>`. English is complete; another language falls back to it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

DEFAULT_LANGUAGE = "en"
LANGUAGES = (DEFAULT_LANGUAGE, "de", "fr")
_MAX_ACCEPTED = 20
_ROOMS = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language. Call it with a name: `t("login.signin_title", product="Auther")`."""

    language: str
    entries: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        return self.entries[name].format_map(values) if values else self.entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def error(self, code: str, message: str, /, **values: object) -> str:
        """The text for an error's code, else the error's own message."""
        name = f"{code.partition('_')[0]}.error_{code}"
        return self(name, **values) if name in self.entries else message

    def duration(self, length: timedelta) -> str:
        """A length of time in words, rounded up: `40 seconds`, `12 minutes`, `3 hours`."""
        seconds = max(1, math.ceil(length.total_seconds()))
        for unit, size, limit in (("second", 1, 90), ("minute", 60, 5_400), ("hour", 3_600, 172_800)):
            if seconds <= limit:
                return self._count(unit, math.ceil(seconds / size))
        return self._count("day", math.ceil(seconds / 86_400))

    def _count(self, unit: str, count: int) -> str:
        return self(f"kit.{unit}_one" if count == 1 else f"kit.{unit}_other", count=count)


@cache
def texts_for(language: str) -> Texts:
    """The texts of a language (one of `LANGUAGES`)."""
    return Texts(language, _read_catalog(DEFAULT_LANGUAGE) | _read_catalog(language))


def choose_language(ui_locales: Iterable[str], accept_language: str | None = None) -> str:
    """The first language asked for that we speak; English when we speak none of them.

    Args:
        ui_locales: BCP 47 tags, best first (OIDC Core §3.1.2.1); they win over the header.
            A tag finds its language whatever its region: `fr-CA` and `fr_CA` are `fr` (RFC 4647 §3.4).
        accept_language: the header (RFC 9110 §12.5.4).
    """
    for tag in (*ui_locales, *_accepted(accept_language or "")):
        language = tag.replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE


def _accepted(header: str) -> list[str]:
    weighted = []
    for item in header.split(",")[:_MAX_ACCEPTED]:
        tag, _, parameter = item.strip().partition(";")
        weight = _weight(parameter.strip())
        if weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _read_catalog(language: str) -> dict[str, str]:
    catalog: dict[str, str] = {}
    for folder in (_ROOMS / "kit" / "pages" / "locales", *sorted(_ROOMS.glob("*/locales"))):
        file = folder / f"{language}.json"
        if file.is_file():
            room = "kit" if folder.parent.name == "pages" else folder.parent.name
            catalog |= {f"{room}.{name}": text for name, text in json.loads(file.read_text("utf-8")).items()}
    return catalog
