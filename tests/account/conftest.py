"""Browsers, as the sign-in pages have them."""

from tests.login.conftest import stranger, visitor

__all__ = ["stranger", "visitor"]
