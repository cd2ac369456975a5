"""What a process runs with, and running a block with other settings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from app.kit.runtime import keyring, override, runtime, settings

OTHER_SECRET = "another secret, thirty-two bytes or more"


def test_changed_settings_count_inside_the_block_only() -> None:
    before = runtime()

    with override(session_idle_ttl=timedelta(minutes=1)) as changed:
        assert settings() is changed
        assert settings().session_idle_ttl == timedelta(minutes=1)
        assert settings().public_url == before.settings.public_url

    assert runtime() is before


def test_the_keys_follow_a_changed_secret() -> None:
    sealed = keyring().seal(b"kept", purpose="p")
    former = settings().secret

    with override(secret=OTHER_SECRET, secret_previous=(former,)):
        assert keyring().open(sealed, purpose="p") == b"kept"
        assert not keyring().is_sealed_by_current(sealed, purpose="p")


def test_changed_settings_are_validated() -> None:
    with pytest.raises(ValidationError), override(port=0):
        pass


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(TypeError, match="no such setting: prot"), override(prot=1):
        pass
