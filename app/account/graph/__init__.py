"""One's own account in the API."""

from __future__ import annotations

from app.account.graph.changes import OwnAccountMutation
from app.account.graph.values import EmailChange, load_email_change

__all__ = ["EmailChange", "OwnAccountMutation", "load_email_change"]
