"""The file of contexts: only for its owner, complete or not there, and changed by one command at a time."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from app.cli.contexts import (
    FILE_NAME,
    Contexts,
    Credential,
    ServerContext,
    check_name,
    folder,
    locked,
    read_contexts,
    write_contexts,
)
from app.cli.errors import ContextNameInvalid, ContextsUnreadable, ContextUnknown

HOME = ServerContext(url="https://id.example.com", credential=Credential(key="ak_live_secret"))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "auther" / FILE_NAME


def save(contexts: Contexts) -> None:
    with locked():
        write_contexts(contexts)


def test_nothing_is_known_in_the_beginning(place: Path) -> None:
    assert read_contexts() == Contexts()
    assert not place.parent.exists()


def test_only_the_owner_can_read_the_file(place: Path) -> None:
    before = os.umask(0)
    try:
        save(Contexts().put("home", HOME).use("home"))
    finally:
        os.umask(before)

    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert read_contexts() == Contexts("home", {"home": HOME})
    assert [each.name for each in place.parent.iterdir() if each.name.endswith(".json")] == [FILE_NAME]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_refused(place: Path, mode: int) -> None:
    save(Contexts().put("home", HOME))
    place.chmod(mode)

    with pytest.raises(ContextsUnreadable, match="chmod 600"):
        read_contexts()


@pytest.mark.parametrize("text", ["{", "[]", '{"contexts": {"home": {"url": 7}}}', '{"unknown": 1}'])
def test_a_damaged_file_is_said_to_be_without_its_content(place: Path, text: str) -> None:
    save(Contexts().put("home", HOME))
    place.write_text(text)

    with pytest.raises(ContextsUnreadable, match="it is damaged") as caught:
        read_contexts()
    assert text not in str(caught.value)


def test_a_secret_is_shown_nowhere() -> None:
    contexts = Contexts().put("home", HOME)

    assert "ak_live_secret" not in repr(contexts) + str(contexts) + repr(HOME) + f"{HOME.credential}"


def test_the_context_in_use_that_goes_leaves_this_machine() -> None:
    contexts = Contexts().put("home", HOME).put("work", HOME).use("home")

    assert contexts.remove("work").current == "home"
    assert contexts.remove("home").current == "local"


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_what_is_not_there_is_said_so(name: str) -> None:
    with pytest.raises(ContextUnknown):
        Contexts().use(name)
    with pytest.raises(ContextUnknown):
        Contexts().remove(name)


@pytest.mark.parametrize("name", ["local", "", "a b", "../x", "-x", "x" * 65])
def test_some_names_mean_something_else(name: str) -> None:
    with pytest.raises(ContextNameInvalid):
        check_name(name)


def test_changes_at_the_same_time_are_all_kept() -> None:
    def add(number: int) -> None:
        with locked():
            write_contexts(read_contexts().put(f"c{number}", HOME))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert read_contexts().by_name.keys() == {f"c{number}" for number in range(20)}


def test_a_relative_home_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))

    assert folder() == tmp_path / ".config" / "auther"
