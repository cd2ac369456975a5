"""Lines of a file that comes in chunks."""

from __future__ import annotations

from typing import Final

MAX_LINE_BYTES: Final = 64 * 1024
_BOM: Final = b"\xef\xbb\xbf"


class LineCutter:
    """Cuts chunks at line ends, without ever keeping more of a line than it may have."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_overlong = False
        self._is_begun = False

    def feed(self, chunk: bytes) -> list[bytes | None]:
        """The lines that end in this chunk; None stands for one that is too long. A last `b"\\n"` gives the rest."""
        if not self._is_begun and chunk:
            self._is_begun = True
            chunk = chunk.removeprefix(_BOM)
        *found, self._rest = (self._rest + chunk).split(b"\n")
        lines: list[bytes | None] = [line if len(line) <= MAX_LINE_BYTES else None for line in found]
        if lines and self._is_overlong:
            lines[0] = None
            self._is_overlong = False
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest = b""
            self._is_overlong = True
        return lines
