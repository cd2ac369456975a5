"""What can be wrong with a file of tests."""

from __future__ import annotations

from app.kit.errors import InvalidInput


class SuiteInvalid(InvalidInput):
    """A file that cannot be read as tests.

    Attributes:
        file: its name.
        line: counted from 1; 0 when it is about the whole file.
        reason: what is wrong, without the place.
    """

    def __init__(self, reason: str, *, file: str, line: int = 0) -> None:
        place = f"{file}:{line}" if line else file
        super().__init__("authz_suite_invalid", f"{place}: {reason}")
        self.file = file
        self.line = line
        self.reason = reason
