"""Which document is meant when a request names it by its hash.

Source: GraphQL-over-HTTP, Appendix A "Persisted Documents" (`documentId`), and the older way of Apollo's clients
(`extensions.persistedQuery.sha256Hash`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from app.graph.errors import InvalidRequest

_HASH: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


def read_document_id(sent: Mapping[str, object]) -> str | None:
    """The hash that a request names its document by, 64 hexadecimal digits; None if it does not.

    Raises:
        InvalidRequest: `graph_request`, it is no hash.
    """
    found = sent.get("documentId")
    if found is None:
        found = _read_extension(sent.get("extensions"))
    if found is None:
        return None
    matched = _HASH.fullmatch(found) if isinstance(found, str) else None
    if matched is None:
        raise InvalidRequest("graph_request", "A document's id is `sha256:` and 64 hexadecimal digits in lower case.")
    return matched.group(1)


def hash_document(text: str) -> str:
    """SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read_extension(extensions: object) -> object:
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    return persisted.get("sha256Hash") if isinstance(persisted, dict) else None
