"""What people choose from on their pages. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

# BCP 47 tags and what speakers call the language. Ours come first; applications may speak the others.
LANGUAGE_NAMES: Final = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "ar": "العربية",
    "cs": "Čeština",
    "da": "Dansk",
    "de-AT": "Deutsch (Österreich)",
    "de-CH": "Deutsch (Schweiz)",
    "el": "Ελληνικά",
    "en-GB": "English (United Kingdom)",
    "en-US": "English (United States)",
    "es": "Español",
    "es-MX": "Español (México)",
    "fi": "Suomi",
    "fr-CA": "Français (Canada)",
    "fr-CH": "Français (Suisse)",
    "he": "עברית",
    "hi": "हिन्दी",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nb": "Norsk bokmål",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "pt-BR": "Português (Brasil)",
    "ro": "Română",
    "ru": "Русский",
    "sv": "Svenska",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "Українська",
    "vi": "Tiếng Việt",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
}
_NO_PLACE: Final = ("Etc/", "SystemV/", "US/")
_WAYS: Final = {"pwd": "password", "hwk": "passkey", "swk": "passkey", "otp": "code", "fed": "provider"}


def languages_with(chosen: str | None) -> list[tuple[str, str]]:
    """Tags and names of languages to choose from, with the one that is chosen already."""
    known = list(LANGUAGE_NAMES.items())
    return known if chosen is None or chosen in LANGUAGE_NAMES else [*known, (chosen, chosen)]


def zones_with(chosen: str | None) -> list[str]:
    """Time zones to choose from by place, with the one that is chosen already."""
    return sorted({*_places(), *([chosen] if chosen else [])})


def ways_of(amr: tuple[str, ...]) -> list[str]:
    """How a session was begun, as names of texts: `password`, `passkey`, `code`, `provider` (RFC 8176)."""
    return list(dict.fromkeys(_WAYS[method] for method in amr if method in _WAYS))


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    zones = available_timezones()
    return frozenset({"UTC"} | {zone for zone in zones if "/" in zone and not zone.startswith(_NO_PLACE)})
