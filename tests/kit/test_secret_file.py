"""The root secret of an installation that configures none."""

from __future__ import annotations

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.kit.errors import Unavailable
from app.kit.secret_file import FILE_NAME, ensure_secret
from app.kit.settings import Settings
from tests.support import SECRET, make_settings

MAKE = """
import sys
from pathlib import Path
from app.kit.secret_file import ensure_secret
from app.kit.settings import Settings
print(ensure_secret(Settings(_env_file=None, data_dir=Path(sys.argv[1]))).root_secrets[0])
"""


def unconfigured(folder: Path) -> Settings:
    return make_settings(secret=None, data_dir=folder)


def test_a_configured_secret_makes_no_file(tmp_path: Path) -> None:
    settings = make_settings(data_dir=tmp_path / "data")

    assert ensure_secret(settings).root_secrets == (SECRET,)
    assert not (tmp_path / "data").exists()


def test_the_first_start_makes_a_secret_that_only_we_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    (secret,) = ensure_secret(unconfigured(folder)).root_secrets

    assert len(secret) == 64
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [file.name for file in folder.iterdir()] == [FILE_NAME]


def test_later_starts_read_the_same_secret(tmp_path: Path) -> None:
    first = ensure_secret(unconfigured(tmp_path)).root_secrets

    assert ensure_secret(unconfigured(tmp_path)).root_secrets == first


def test_threads_that_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        made = list(threads.map(lambda _: ensure_secret(unconfigured(tmp_path)).root_secrets, range(64)))

    assert len(set(made)) == 1
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_processes_that_start_at_once_get_the_same_secret(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", MAKE, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    made = {process.communicate()[0].strip() for process in running}

    assert made == {(tmp_path / FILE_NAME).read_text().strip()}
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


def test_a_draft_left_by_a_crash_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f".{FILE_NAME}.1").write_text("half a sec")

    assert len(ensure_secret(unconfigured(tmp_path)).root_secrets[0]) == 64


@pytest.mark.parametrize("content", [b"", b"too short", b"\xff" * 64, b"\n" * 64])
def test_a_damaged_file_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(Unavailable) as caught:
        ensure_secret(unconfigured(tmp_path))

    assert caught.value.code == "kit_secret_unreadable"
    assert "restore it from a backup" in caught.value.message
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unavailable) as caught:
        ensure_secret(unconfigured(tmp_path / "file" / "data"))

    assert caught.value.code == "kit_secret_unreadable"
    assert str(tmp_path / "file" / "data" / FILE_NAME) in caught.value.message
