"""Settings of the life of an account."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from app.kit.settings_clients import ClientSettings
from app.kit.settings_rules import Duration, Grace


class AccountSettings(ClientSettings):
    """The part of the settings that is about accounts, and what `ClientSettings` has."""

    deletion_grace: Grace = Field(
        timedelta(days=14),
        description="How long a deleted account can be had back before it is erased. 0: it is erased at once.",
    )
    own_usernames: bool = Field(
        False, description="Whether people may choose and change their own usernames, which others may have had before."
    )
    breached_passwords: str = Field(
        "",
        description="Refuses new passwords that were stolen elsewhere: a file of SHA-1 hashes ordered by hash "
        "(`HASH:COUNT` a line), or the URL of a range API. Empty: no list.",
    )
    signin_by_email: bool = Field(
        True, description="Whether people may sign in by a code or a link that is mailed to them."
    )
    signin_code_ttl: Duration = Field(timedelta(minutes=10), description="Life of such a code and its link.")
