"""What can go wrong with an import as a whole; what is wrong with single records is in its report."""

from __future__ import annotations

from app.kit.errors import InvalidInput


class ColumnsInvalid(InvalidInput):
    """The columns of a file, or names that were given for them, are not ours."""

    def __init__(self, message: str) -> None:
        super().__init__("imports_columns_invalid", message, field=("columns",))
