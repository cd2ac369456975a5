from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
import sys
import time

import pytest
import structlog

from app.kit.log import (
    accept_request_id,
    bind_request,
    configure_logging,
    new_request_id,
    redact,
    request_id,
)


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def lines(capsys):
    """What was logged since the last look."""
    return lambda: capsys.readouterr().err.splitlines()


def cleaned(**event):
    return redact(None, "info", event)


def token(prefix):
    return f"{prefix}_{secrets.token_urlsafe(32)}"


# --- lines


def test_an_event_is_one_json_object_with_time_level_logger_and_request(lines):
    configure_logging(level="info", is_json=True)
    bind_request(request_id="req-12345678")

    structlog.get_logger("auther.http").info("request", status=200, path="/graphql")

    [line] = lines()
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "request",
        "level": "info",
        "logger": "auther.http",
        "request_id": "req-12345678",
        "status": 200,
        "path": "/graphql",
    }


def test_an_event_is_one_line_for_people(lines):
    configure_logging(level="info", is_json=False)

    structlog.get_logger("auther.http").warning("job.failed", job="job_1", error="two words", tries=[1, 2])

    [line] = lines()
    moment, rest = line.split(" ", 1)
    assert moment.endswith("Z")
    assert rest == 'warning auther.http job.failed job=job_1 error="two words" tries=[1, 2]'


def test_events_below_the_level_are_not_written(lines):
    configure_logging(level="warning", is_json=True)

    structlog.get_logger("auther").info("quiet")
    logging.getLogger("library").info("quiet")
    structlog.get_logger("auther").warning("loud")
    logging.getLogger("library").warning("loud too")

    assert [json.loads(line)["event"] for line in lines()] == ["loud", "loud too"]


def test_configuring_again_replaces_the_former_configuration(lines):
    logger = structlog.get_logger("auther")
    configure_logging(level="error", is_json=True)
    logger.info("before")

    configure_logging(level="info", is_json=True)
    logger.info("after")
    logging.getLogger("library").info("once")

    assert [json.loads(line)["event"] for line in lines()] == ["after", "once"]


@pytest.mark.parametrize("is_json", [True, False])
def test_control_characters_cannot_forge_a_line_or_reach_a_terminal(lines, is_json):
    configure_logging(level="info", is_json=is_json)
    evil = "a\r\n2026-01-01T00:00:00Z info auther.http signed_in user=admin\x1b[2J\x7f\x9b31m\u2028\u202e"

    structlog.get_logger("auther").info(evil, path=evil, **{"name\n": 1})
    logging.getLogger("uvicorn.error").info("%s", evil)

    written = lines()
    assert len(written) == 2
    for line in written:
        assert line.isprintable()
        assert "a\\r\\n2026" in line


def test_a_trace_is_marked_so_that_its_text_cannot_pass_for_an_event(lines):
    configure_logging(level="info", is_json=False)
    try:
        raise ValueError("bad\n2026-01-01T00:00:00Z info auther.http signed_in\x1b[2J")
    except ValueError as error:
        structlog.get_logger("auther").error("fault", exc_info=error)

    first, *trace = lines()
    assert first.endswith("error   auther fault")
    assert all(line.startswith("  | ") for line in trace)
    assert "  | 2026-01-01T00:00:00Z info auther.http signed_in\\x1b[2J" in trace


def test_a_log_that_cannot_be_written_does_not_fail_the_caller(monkeypatch):
    class Broken:
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Broken())
    configure_logging(level="info", is_json=True)

    structlog.get_logger("auther").info("lost")
    logging.getLogger("library").info("lost")


# --- libraries


def test_records_of_libraries_take_the_same_way(lines):
    configure_logging(level="info", is_json=True)
    bind_request(request_id="req-12345678")
    secret = token("asec")

    logging.getLogger("uvicorn.error").info("Started %s", secret)
    try:
        raise RuntimeError(f"with {secret}")
    except RuntimeError:
        logging.getLogger("library").exception("failed")

    first, second = (json.loads(line) for line in lines())
    assert (first["event"], first["logger"], first["request_id"]) == (
        "Started [redacted]",
        "uvicorn.error",
        "req-12345678",
    )
    assert (second["event"], second["level"]) == ("failed", "error")
    assert "RuntimeError: with [redacted]" in second["exception"]
    assert secret not in second["exception"]


def test_handlers_that_uvicorn_put_up_are_taken_down(lines):
    logging.getLogger("uvicorn").addHandler(logging.StreamHandler(sys.stderr))
    logging.getLogger("uvicorn").propagate = False

    configure_logging(level="info", is_json=True)
    logging.getLogger("uvicorn").info("once")

    assert [json.loads(line)["event"] for line in lines()] == ["once"]


@pytest.mark.parametrize("name", ["tortoise.db_client", "asyncpg", "httpx", "httpcore.http11", "uvicorn.access"])
def test_statements_headers_and_urls_of_libraries_are_not_logged_even_for_debugging(lines, name):
    configure_logging(level="debug", is_json=True)

    logging.getLogger(name).info("SELECT secret")
    logging.getLogger(name).debug("SELECT secret")
    logging.getLogger(name).warning("kept")

    assert [json.loads(line)["event"] for line in lines()] == ["kept"]


# --- secrets


@pytest.mark.parametrize(
    "name",
    [
        "password", "new_password", "passwordAgain", "client_secret", "clientSecrets", "access_token", "id_token_hint",
        "Authorization", "proxy-authorization", "cookie", "Set-Cookie", "code", "user_code", "device_code",
        "recovery_codes", "code_verifier", "client_assertion", "email", "to_email", "X-API-Key", "apikey",
        "private_key", "database_dsn", "otp", "totp_secret", "jwt",
    ],
)  # fmt: skip
def test_a_field_with_such_a_name_is_cut_out_wherever_it_is(name):
    assert cleaned(**{name: "hunter2"}) == {name: "[redacted]"}
    assert cleaned(input={"deep": [{name: ["hunter2"]}]}) == {"input": {"deep": [{name: "[redacted]"}]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status_code", "ok"), ("error_code", "x"), ("code", "oidc_invalid_client"), ("token_id", "tok_1"),
        ("token_type", "Bearer"), ("email_verified", True), ("secret_name", "stripe"), ("tokens", 412), ("key", "k1"),
        ("encoder", "x"), ("decode", "x"), ("author", "x"), ("has_password", False), ("password", None), ("email", ""),
        ("code_challenge_method", "S256"), ("address", "192.0.2.1"),
    ],
)  # fmt: skip
def test_a_field_that_only_speaks_of_a_secret_is_kept(name, value):
    assert cleaned(**{name: value}) == {name: value}


def test_a_number_can_be_a_code():
    assert cleaned(otp=123456, code=123456) == {"otp": "[redacted]", "code": "[redacted]"}


JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("header Bearer abcdef0123456789 sent", "header Bearer [redacted] sent"),
        ("authorization: basic YWRtaW46aHVudGVyMg==", "authorization: basic [redacted]"),
        ("DPoP " + JWT, "DPoP [redacted]"),
        (f"got {JWT}, bad", "got [redacted], bad"),
        ("GET /cb?code=SplxlOBeZQQYbYS6WxSbIA&state=x HTTP/1.1", "GET /cb?code=[redacted]&state=x HTTP/1.1"),
        ("grant_type=password&password=hunter2&x=1", "grant_type=password&password=[redacted]&x=1"),
        ("?login_hint=ann%40example.com", "?login_hint=[redacted]"),
        ("status_code=200 error_code=x", "status_code=200 error_code=x"),
        ('{"password": "hun\\"ter2", "a": 1}', '{"password": "[redacted]", "a": 1}'),
        ("{'client_secret': 'hunter2'}", "{'client_secret': '[redacted]'}"),
        ("postgresql://auther:hunter2@127.0.0.1:5432/auther", "postgresql://[redacted]@127.0.0.1:5432/auther"),
        ("Key (email)=(ann@example.com) already exists.", "Key (email)=([redacted]) already exists."),
        ("user usr_01jq3zv4m9x0123456789abcde, group grp_01jq3zv4m9x0123456789abcde", None),
        ("kit.postgres.test_reused_refresh_token_revokes_the_whole_family", None),
        ("sha256 " + "ab12" * 16, None),
        ("a = b, c: d", None),
    ],
)
def test_what_looks_like_a_secret_is_cut_out_of_texts(text, kept):
    assert cleaned(event=text, note=[text]) == {"event": kept or text, "note": [kept or text]}


@pytest.mark.parametrize("prefix", ["asec", "ak", "refresh", "ses"])
def test_our_own_secrets_are_cut_out_wherever_they_stand(prefix):
    for _ in range(2_000):
        secret = token(prefix)
        assert cleaned(path=f"/invites/{secret}/accept?x={secret}") == {
            "path": "/invites/[redacted]/accept?x=[redacted]"
        }


def test_random_text_without_a_prefix_is_cut_out():
    for _ in range(2_000):
        secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        assert cleaned(path=f"/reset/{secret}") == {"path": "/reset/[redacted]"}


def test_values_are_bounded():
    deep: dict[str, object] = {"end": 1}
    for _ in range(50):
        deep = {"in": deep}

    event = cleaned(text="x y " * 100_000, items=list(range(1_000)), raw=b"12345", deep=deep)

    assert len(event["text"]) < 2_100
    assert "characters cut" in event["text"]
    assert event["items"] == list(range(50))
    assert event["raw"] == "<5 bytes>"
    assert str(event["deep"]).count("in") < 10


def test_a_secret_at_the_place_of_a_cut_is_gone_too():
    for position in range(930, 1_010):
        secret = token("asec")
        text = cleaned(text="." * position + " " + secret + " " + "." * 5_000)["text"]
        assert not any(secret[start : start + 12] in text for start in range(len(secret) - 12))


@pytest.mark.parametrize(
    "piece",
    ["x y ", "a", "A", "0", "-", ".", "@", "a@", "a.", ":", "://a:", "=", "code=", "_", "a_", "eyJ", "-eyJ", "eyJ.",
     "bearer ", '"', "'", "'password':", "\\", "passwordcode_", "Aa0-", "ab_"],
)  # fmt: skip
def test_hostile_texts_are_read_in_linear_time(piece):
    before = time.process_time()

    cleaned(text=piece * (1_000_000 // len(piece)))

    assert time.process_time() - before < 1


# --- request ids


def test_new_request_ids_are_accepted_and_differ():
    made = {new_request_id() for _ in range(100)}

    assert len(made) == 100
    assert all(accept_request_id(one) == one for one in made)


@pytest.mark.parametrize("given", ["abcdefgh", "A-b_9" * 12, "x" * 64])
def test_a_harmless_request_id_is_kept(given):
    assert accept_request_id(given) == given


@pytest.mark.parametrize(
    "given", [None, "", "short", "x" * 65, "abcdefg\n", "abcdefgh\n", "abc defgh", "äbcdefgh", "abcd;efgh"]
)
def test_another_request_id_is_replaced(given):
    made = accept_request_id(given)

    assert made != given
    assert len(made) == 16


async def test_each_request_has_its_own_id():
    async def serve(one):
        bind_request(request_id=one)
        await asyncio.sleep(0)
        return request_id()

    assert await asyncio.gather(serve("first-request"), serve("second-request")) == ["first-request", "second-request"]
    assert request_id() is None


def test_a_new_request_has_nothing_of_the_former():
    bind_request(request_id="first-request")
    structlog.contextvars.bind_contextvars(user="usr_1")

    bind_request(request_id="second-request")

    assert structlog.contextvars.get_contextvars() == {"request_id": "second-request"}
