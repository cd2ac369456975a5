"""What the metadata documents say of registration (RFC 8414 §2, draft-ietf-oauth-client-id-metadata-document §5)."""

from __future__ import annotations

from app.oidc.registration.answers import PATH


def describe_registration(issuer: str, *, is_open: bool, takes_documents: bool) -> dict[str, object]:
    """The members, as far as clients may register themselves."""
    told: dict[str, object] = {"client_id_metadata_document_supported": takes_documents}
    return {**told, "registration_endpoint": f"{issuer}{PATH}"} if is_open else told
