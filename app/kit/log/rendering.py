"""Events as lines. Control characters are escaped, so one event is one line, or is seen to be more."""

from __future__ import annotations

import json

from structlog.typing import EventDict, WrappedLogger

_LEVEL_WIDTH = 7
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:+@[]{}")
# C0, DEL, C1, line and paragraph separators, and what turns the direction of text.
_CONTROLS = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))
} | {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}


def escape(text: str) -> str:
    """The text with control characters as escapes."""
    return text if text.isascii() and text.isprintable() else text.translate(_CONTROLS)


def render_console(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """`time level logger event name=value …`; the lines of a trace follow, each marked by a bar."""
    trace = event.pop("exception", None)
    head = [event.pop("timestamp", ""), event.pop("level", "").ljust(_LEVEL_WIDTH), event.pop("logger", "")]
    words = [*(str(word) for word in head if word), escape(str(event.pop("event", "")))]
    words += [f"{escape(str(name))}={_render_value(value)}" for name, value in event.items()]
    lines = [" ".join(words)]
    if isinstance(trace, str):
        lines += [f"  | {escape(line)}" for line in trace.split("\n")]
    return "\n".join(lines)


def render_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """One JSON object in ASCII."""
    return json.dumps(event, default=str)


def _render_value(value: object) -> str:
    if isinstance(value, str) and value and _PLAIN.issuperset(value):
        return value
    return escape(json.dumps(value, ensure_ascii=False, default=str))
