"""Results of the documents in `graphql/lifecycle`.

Written by `python -m auther_codegen`; changes are lost.
"""

from __future__ import annotations

from datetime import datetime

from auther_client.generated.fragments import UserErrorFields
from auther_client.models import Result


class ViewerDataExportResult(Result):
    """Where a JSON document with all that is known of the caller can be downloaded."""

    url: str | None
    """Give it to nobody: whoever opens it first, within minutes, has the document. Where a browser's session asked, only that browser can."""
    expires_at: datetime | None
    """Until when the link works."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerDataExportData(Result):
    """The whole answer."""

    viewer_data_export: ViewerDataExportResult
    """Get all that is known of oneself, after a fresh sign-in. Five times an hour."""


class ViewerDeleteResultDeletion(Result):
    """When an account was deleted, and when it will be erased. Until then it can be restored."""

    scheduled_at: datetime
    """When it was deleted."""
    erased_at: datetime
    """When it will be erased, with what hangs from it."""


class ViewerDeleteResult(Result):
    """The outcome of deleting one's own account."""

    deletion: ViewerDeleteResultDeletion | None
    """When it will be erased; null when it is gone at once, as the server is set up."""
    errors: tuple[UserErrorFields, ...]
    """What a person can mend."""


class ViewerDeleteData(Result):
    """The whole answer."""

    viewer_delete: ViewerDeleteResult
    """Delete one's own account, after a fresh sign-in: every session ends. Until it is erased, signing in offers to keep it."""
