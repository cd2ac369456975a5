"""Refusals of the live check; what a question itself lacks is told with its answer."""

from __future__ import annotations

from app.kit.errors import InvalidInput, LimitReached


class QuestionInvalid(InvalidInput):
    """A question is not formed as it should be; `reason` completes a sentence, `field` is the path to it."""

    def __init__(self, reason: str, *field: str) -> None:
        super().__init__("oidc_check_invalid", f"The question is malformed: {reason}.", field=field)


class TooManyChecks(LimitReached):
    def __init__(self, limit: int, field: str) -> None:
        super().__init__("oidc_check_limit", f"A request has at most {limit} checks.", field=(field,))


class PageInvalid(InvalidInput):
    """A page token that is none of ours, or of another search."""

    def __init__(self) -> None:
        message = "This page token is not one of this search. Begin the search again."
        super().__init__("oidc_page_invalid", message, field=("page", "token"))
