"""Settings of policies."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from app.kit.settings_accounts import AccountSettings
from app.kit.settings_rules import Duration


class PolicySettings(AccountSettings):
    """The part of the settings that is about policies, and what `AccountSettings` has."""

    policy_evaluations_kept: Duration = Field(
        timedelta(days=7), description="How long it is kept what each policy said, and the context that it saw."
    )
