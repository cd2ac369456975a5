"""What can go wrong with codes and links that sign in."""

from __future__ import annotations

from app.kit.errors import Gone, InvalidInput


class CodeWrong(InvalidInput):
    """The same whether or not there is an account, and a code at all."""

    def __init__(self) -> None:
        super().__init__("mailed_code_wrong", "That code is not right.", field=("code",))


class CodeOver(Gone):
    """Used, too old, guessed at too often, replaced by a newer one, overtaken by a change, or never ours."""

    def __init__(self) -> None:
        super().__init__("mailed_code_over", "This code does not work any more. Ask for a new one.")


class LinkElsewhere(Gone):
    """A good link, in a browser that did not ask for it."""

    def __init__(self) -> None:
        super().__init__("mailed_link_elsewhere", "This link works only in the browser that asked for it.")
