"""Passwords that were stolen elsewhere: found in a file, or by a range API that learns five digits of a hash."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha1
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs

from app import wiring
from app.credentials.breaches import ListUnusable, digest_of
from app.credentials.breaches.hash_file import count_in_file, find_file_problem
from app.credentials.errors import PasswordRefused
from app.credentials.hashing import hasher
from app.credentials.service import breaches, check_password, prepare_password, require_breached_list, set_password
from app.kit import clock
from app.kit.actor import SYSTEM
from app.kit.runtime import override
from app.kit.settings import SettingsProblem
from app.metrics.cells import cells
from tests.serving import served
from tests.support import as_user, commit, counted_statements, make_settings, make_user

STOLEN = "tiger mosaic violin 88"
SAFE = "glacier button otter 31"


def _hash(number: int) -> str:
    return sha1(str(number).encode(), usedforsecurity=False).hexdigest().upper()


def _write(path: Path, lines: list[str], end: str = "\n", *, is_ended: bool = True) -> Path:
    path.write_bytes((end.join(lines) + (end if is_ended else "")).encode())
    return path


@pytest.fixture
def stolen(tmp_path: Path) -> Path:
    """A thousand stolen passwords, one of which we know."""
    hashes = {_hash(number): number + 1 for number in range(1_000)} | {digest_of(STOLEN): 7}
    return _write(tmp_path / "stolen.txt", [f"{digest}:{count}" for digest, count in sorted(hashes.items())])


# --- the file ------------------------------------------------------------------------------------


def test_a_hash_is_what_lists_have() -> None:
    assert digest_of("password") == "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"
    assert digest_of("ü🙂") == sha1("ü🙂".encode()).hexdigest().upper()


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("is_ended", [True, False], ids=["ended", "cut"])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_every_line_is_found_the_first_and_the_last_as_well(
    tmp_path: Path, size: int, is_ended: bool, end: str
) -> None:
    hashes = sorted(_hash(number) for number in range(size))
    path = _write(tmp_path / "list", [f"{each}:{n + 1}" for n, each in enumerate(hashes)], end, is_ended=is_ended)

    assert find_file_problem(path) is None
    assert [count_in_file(path, each) for each in hashes] == list(range(1, size + 1))
    for missing in ("0" * 40, "F" * 40, *(_hash(number) for number in range(size, size + 50))):
        assert count_in_file(path, missing) == 0


def test_lines_of_different_lengths_lower_case_and_without_a_count_are_understood(tmp_path: Path) -> None:
    hashes = sorted(_hash(number) for number in range(60))
    forms = (lambda each: f"{each}:1", lambda each: f"{each.lower()}:123456789012", lambda each: each)
    path = _write(tmp_path / "list", [forms[number % 3](each) for number, each in enumerate(hashes)])

    assert find_file_problem(path) is None
    assert {count_in_file(path, each) for each in hashes} == {1, 123_456_789_012}


def test_a_line_whose_count_is_nothing_says_that_nobody_stole_it(tmp_path: Path) -> None:
    assert count_in_file(_write(tmp_path / "list", [f"{_hash(1)}:0"]), _hash(1)) == 0


def test_a_large_file_is_looked_at_in_a_few_places_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large"
    path.write_bytes(b"".join(f"{number:040X}:1\n".encode() for number in range(0, 300_000, 3)))
    read: list[int] = []
    pread = breaches.count_in_file.__globals__["os"].pread
    monkeypatch.setattr("os.pread", lambda file, size, at: read.append(size) or pread(file, size, at))

    assert path.stat().st_size > 4 * 1024 * 1024
    assert count_in_file(path, f"{299_997:040X}") == 1
    assert count_in_file(path, f"{299_998:040X}") == 0
    assert len(read) <= 2 * 24
    assert max(read) <= 200
    assert find_file_problem(path) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (f"{_hash(1)}:1\n{_hash(1)}:1\n".encode(), "is not ordered by hash"),
        (f"{'F' * 40}:1\n{'0' * 40}:9\n".encode(), "is not ordered by hash; take the list that is, or sort it"),
        (b"31D6CFE0D16AE931B73C59D7E0C089C0:9\n", "byte 0 is not in a line such as 40 hexadecimal digits of SHA-1"),
        (b"password\n123456\n", "byte 0 is not in a line"),
        (f"{'0' * 40}:1\n\n".encode(), "byte 43 is not in a line"),
        (f"{'0' * 40}:many\n".encode(), "byte 0 is not in a line"),
        (b"0" * 5_000, "byte 0 is not in a line"),
    ],
    ids=["empty", "twice", "by count", "NTLM", "plain", "blank line", "no number", "no lines"],
)
def test_a_file_that_is_no_list_stops_the_start(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)

    with pytest.raises(SettingsProblem) as caught:
        wiring.wire(make_settings(breached_passwords=str(path)))

    [line] = caught.value.problems
    assert line.startswith(f"AUTHER_BREACHED_PASSWORDS: {path}")
    assert problem in line


def test_disorder_in_a_large_file_is_seen_at_the_start(tmp_path: Path) -> None:
    ordered = [f"{number:040X}:1\n".encode() for number in range(60_000)]
    path = tmp_path / "list"
    path.write_bytes(b"".join(ordered[30_000:] + ordered[:30_000]))

    assert "is not ordered by hash" in (find_file_problem(path) or "")


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(SettingsProblem, match=f"AUTHER_BREACHED_PASSWORDS: {path} cannot be read: {reason}"):
            require_breached_list(make_settings(breached_passwords=str(path)))


# --- new passwords -------------------------------------------------------------------------------


async def _refusals(password: str) -> list[str]:
    try:
        await prepare_password(password)
    except PasswordRefused as refused:
        return [problem.code for problem in refused.problems]
    return []


async def test_a_stolen_password_is_refused_and_never_hashed(stolen: Path) -> None:
    hashed = hasher().computed

    with override(breached_passwords=str(stolen)):
        assert await _refusals(STOLEN) == ["credentials_password_breached"]
        assert hasher().computed == hashed
        assert await _refusals(SAFE) == []
    assert await _refusals(STOLEN) == []


async def test_what_is_refused_anyway_is_not_looked_up(tmp_path: Path) -> None:
    with override(breached_passwords=str(tmp_path / "none")), capture_logs() as logs:
        assert await _refusals("password") == ["credentials_password_guessable"]

    assert logs == []


async def test_an_operator_cannot_give_a_stolen_password(stolen: Path) -> None:
    user = await make_user()

    with override(breached_passwords=str(stolen)), pytest.raises(PasswordRefused) as caught:
        await commit(set_password(SYSTEM, user.id, STOLEN))

    assert "in a list of stolen ones" in caught.value.message
    assert STOLEN not in repr(caught.value.problems)


async def test_sign_in_asks_no_list(stolen: Path) -> None:
    user = await make_user()
    await commit(set_password(as_user(user), user.id, STOLEN))

    with override(breached_passwords=str(stolen)), counted_statements() as statements:
        assert (await check_password(user.id, STOLEN)).is_correct

    assert len(statements) == 1


async def test_a_file_that_went_away_refuses_nobody_and_says_so(stolen: Path) -> None:
    with override(breached_passwords=str(stolen)):
        stolen.unlink()
        with _counting() as count, capture_logs() as logs:
            assert await _refusals(STOLEN) == []

    assert [(log["event"], log["log_level"], log["place"]) for log in logs] == [
        ("breached_passwords.unavailable", "warning", str(stolen))
    ]
    assert count("unavailable") == 1


async def test_a_file_that_is_replaced_is_read_anew(stolen: Path) -> None:
    with override(breached_passwords=str(stolen)):
        assert await _refusals(STOLEN) == ["credentials_password_breached"]
        _write(stolen.with_suffix(".new"), [f"{digest_of(SAFE)}:2"]).replace(stolen)

        assert await _refusals(STOLEN) == []
        assert await _refusals(SAFE) == ["credentials_password_breached"]


# --- the range API -------------------------------------------------------------------------------


class Api:
    """A range API on loopback; `answer` makes the body from the prefix."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, bytes]] = []
        self.status = 200
        self.answer: Callable[[str], str] = lambda prefix: "0" * 35 + ":3\r\n"
        self.url = ""

    async def serve(self, request: Request) -> Response:
        seen = b" ".join([str(request.url).encode(), *(b" ".join(pair) for pair in request.headers.raw)])
        self.asked.append((request.url.path, request.headers.get("add-padding"), seen + await request.body()))
        return Response(self.answer(request.path_params["prefix"]), self.status, media_type="text/plain")


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """An API that the settings in force name."""
    made = Api()
    async with _serving(made):
        yield made


@asynccontextmanager
async def _serving(api: Api) -> AsyncIterator[None]:
    breaches._failed_at.clear()
    async with served(Starlette(routes=[Route("/range/{prefix}", api.serve)])) as port:
        api.url = f"http://127.0.0.1:{port}/range"
        with override(breached_passwords=api.url, outbound_allow=(f"127.0.0.1:{port}",)):
            yield


def _counting() -> _Count:
    return _Count()


class _Count:
    """How often each outcome was counted in a block."""

    def __enter__(self) -> Callable[[str], float]:
        before = {result: self._read(result) for result in ("clean", "breached", "unavailable")}
        return lambda result: self._read(result) - before[result]

    def __exit__(self, *_: object) -> None: ...

    @staticmethod
    def _read(result: str) -> float:
        series = breaches._CHECKS.of(result)
        return cells.numbers[series._at]


async def test_a_stolen_password_is_found_and_only_five_digits_leave_the_house(api: Api) -> None:
    digest = digest_of(STOLEN)
    api.answer = lambda prefix: f"{'0' * 35}:3\r\n{digest[5:]}:42\r\n{'F' * 35}:1"

    with _counting() as count:
        assert await _refusals(STOLEN) == ["credentials_password_breached"]

    [(path, padding, everything)] = api.asked
    assert (path, padding) == (f"/range/{digest[:5]}", "true")
    assert digest[5:].encode() not in everything.upper()
    assert (count("breached"), count("clean"), count("unavailable")) == (1, 0, 0)


@pytest.mark.parametrize(
    ("where", "is_refused"),
    [("first", True), ("last", True), ("last without an end", True), ("lower case", True), ("padding", False)],
)
async def test_the_own_line_counts_wherever_it_is_but_not_when_it_is_padding(
    api: Api, where: str, is_refused: bool
) -> None:
    rest = digest_of(STOLEN)[5:]
    api.answer = lambda _: {
        "first": f"{rest}:1\r\n{'F' * 35}:1\r\n",
        "last": f"{'0' * 35}:1\r\n{rest}:1\r\n",
        "last without an end": f"{'0' * 35}:1\n{rest}:1",
        "lower case": f"{rest.lower()}:9",
        "padding": f"{'0' * 35}:1\r\n{rest}:0\r\n",
    }[where]

    assert await _refusals(STOLEN) == (["credentials_password_breached"] if is_refused else [])
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, "0" * 35 + ":3"), (429, ""), (200, ""), (200, "<html>Sign in to the hotel's network</html>"),
     (200, "0" * 35), (200, ("0" * 35 + ":3\r\n") * 30_000), (301, "")],
    ids=["500", "429", "empty", "other", "no count", "too large", "moved"],
)  # fmt: skip
async def test_an_api_that_gives_no_answer_refuses_nobody_and_says_so(api: Api, status: int, body: str) -> None:
    api.status, api.answer = status, lambda _: body

    with _counting() as count, capture_logs() as logs:
        assert await _refusals(STOLEN) == []

    assert [(log["event"], log["log_level"], log["place"]) for log in logs] == [
        ("breached_passwords.unavailable", "warning", api.url)
    ]
    assert (count("breached"), count("clean"), count("unavailable")) == (0, 0, 1)
    assert digest_of(STOLEN) not in repr(logs)


async def test_an_api_that_cannot_be_reached_is_left_alone_for_a_while(api: Api) -> None:
    rest = digest_of(STOLEN)[5:]
    api.status = 503
    with clock.frozen() as frozen:
        assert [await _refusals(STOLEN) for _ in range(3)] == [[]] * 3
        assert len(api.asked) == 1

        api.status, api.answer = 200, lambda _: f"{rest}:1"
        frozen.advance(breaches.PAUSE - timedelta(seconds=1))
        assert await _refusals(STOLEN) == []
        frozen.advance(timedelta(seconds=1))

        assert await _refusals(STOLEN) == ["credentials_password_breached"]
    assert len(api.asked) == 2


async def test_where_nobody_listens_a_password_is_taken() -> None:
    with (
        override(breached_passwords="http://127.0.0.1:1/range", outbound_allow=("127.0.0.1:1",)),
        capture_logs() as logs,
    ):
        assert await _refusals(STOLEN) == []

    assert logs[0]["detail"].startswith("http_connect_failed: ")


async def test_an_address_of_our_own_network_is_asked_only_if_an_operator_allows_it(api: Api) -> None:
    with override(outbound_allow=()), capture_logs() as logs:
        assert await _refusals(STOLEN) == []

    assert api.asked == []
    assert logs[0]["detail"].startswith("http_scheme_refused: ")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://api.example.com/range", "must be https://, unless AUTHER_OUTBOUND_ALLOW names its host and port"),
        ("https://user:secret@api.example.com/range", "must be a URL without query, fragment or credentials, such as"),
        ("https://api.example.com/range?key=1", "must be a URL without query, fragment or credentials, such as"),
        ("https:///range", "must be a URL without query, fragment or credentials, such as"),
    ],
)
def test_a_url_that_cannot_be_asked_stops_the_start(url: str, problem: str) -> None:
    with pytest.raises(SettingsProblem, match=f"^AUTHER_BREACHED_PASSWORDS: {problem}"):
        require_breached_list(make_settings(breached_passwords=url))


@pytest.mark.parametrize("url", ["", "https://api.pwnedpasswords.com/range", "HTTPS://list.example/range/"])
def test_no_list_and_a_public_one_are_fine(url: str) -> None:
    require_breached_list(make_settings(breached_passwords=url))


def test_a_list_that_spoils_while_it_is_used_is_told_from_an_empty_answer(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_bytes(b"\0" * 4_096)

    with pytest.raises(ListUnusable, match="byte 2048 is not in a line"):
        count_in_file(path, "0" * 40)
