"""What can go wrong with what people type, and with files of tuples."""

from __future__ import annotations

from app.kit.errors import InvalidInput


class TextInvalid(InvalidInput):
    """A text is not of the form of an entity, a subject or a tuple."""

    def __init__(self, text: str, kind: str, form: str) -> None:
        super().__init__("authz_text_invalid", f"`{text:.100}` is no {kind}. Write it as {form}.")


class TypeUnfamiliar(InvalidInput):
    """No model defines a type; what was perhaps meant is told."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__("authz_type_unknown", f"No model defines the type {name:.100}.{hint}")


class ContextInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__("authz_context_invalid", 'A context is a JSON object, as in \'{"ip": "10.0.0.1"}\'.')


class MomentInvalid(InvalidInput):
    def __init__(self, text: str) -> None:
        super().__init__(
            "authz_moment_invalid",
            f"`{text:.40}` is no moment. Write it as 2027-01-01, or with a time and zone: 2027-01-01T09:00:00Z.",
        )
