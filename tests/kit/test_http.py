from __future__ import annotations

import asyncio
import ipaddress
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.kit.errors import AppError, Forbidden, InvalidInput, Unavailable
from app.kit.http import OutboundPolicy, fetch, is_public

HOST = "hook.example.test"
SOON = timedelta(milliseconds=80)
LONG = timedelta(seconds=20)
NO_EXCEPTIONS = OutboundPolicy()
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "64:ff9b::8.8.8.8",
    "::ffff:8.8.8.8",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


class Server:
    """A server on the loopback address that answers each request with the same bytes."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.names = []
        self.tasks = []
        self.port = 0

    async def handle(self, reader, writer):
        self.tasks.append(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.requests.append(head + (await reader.readexactly(int(length)) if length else b""))
            if callable(self.answer):
                await self.answer(reader, writer)
            else:
                writer.write(self.answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    def policy(self, tls=None, host=HOST):
        return OutboundPolicy(frozenset({(host, self.port)}), tls=tls)


@asynccontextmanager
async def serving(answer, tls=None):
    server = Server(answer)
    if tls is not None:
        tls.sni_callback = lambda _connection, name, _context: server.names.append(name)
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        # A connection that is just being accepted would be left open by a listener that closes now.
        for _ in range(5):
            await asyncio.sleep(0)
        listener.close()
        await asyncio.gather(*server.tasks)


def resolver(*addresses):
    async def resolve(host, port):
        resolve.calls.append((host, port))
        return addresses

    resolve.calls = []
    return resolve


def answer(body, status="200 OK", *headers):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def refusal(kind, url, **options):
    with pytest.raises(AppError) as error:
        await fetch(url, **{"timeout": LONG, "max_bytes": 100, "policy": NO_EXCEPTIONS, **options})
    assert isinstance(error.value, kind)
    return error.value


# --- what goes out, what comes back


async def test_an_allowed_target_is_called_at_the_address_that_was_resolved_once():
    async with serving(answer(b"hello", "201 Created", "X-Thing: one")) as server:
        resolve = resolver("127.0.0.1")

        got = await fetch(
            f"http://{HOST}:{server.port}/a%20b?q=1#fragment",
            method="POST",
            headers={"X-Sent": "yes", "User-Agent": "Auther-Webhooks"},
            content=b"body",
            timeout=LONG,
            max_bytes=100,
            policy=server.policy(),
            resolver=resolve,
        )

    assert (got.status, got.body, got.is_truncated, got.address) == (201, b"hello", False, "127.0.0.1")
    assert got.headers["x-thing"] == "one"
    assert timedelta(0) < got.duration < LONG
    assert resolve.calls == [(HOST, server.port)]
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"body"
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a%20b?q=1 HTTP/1.1"
    assert f"host: {HOST}:{server.port}" in lines
    assert "x-sent: yes" in lines
    assert [line for line in lines if line.startswith("user-agent")] == ["user-agent: Auther-Webhooks"]
    assert "accept-encoding: identity" in lines


async def test_a_redirect_is_an_answer_and_is_not_followed():
    async with serving(answer(b"", "302 Found", "Location: /secret")) as server:
        got = await fetch(
            f"http://127.0.0.1:{server.port}/",
            timeout=LONG,
            max_bytes=100,
            policy=server.policy(host="127.0.0.1"),
        )

    assert (got.status, got.headers["location"], len(server.requests)) == (302, "/secret", 1)


async def _endless(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize("kind", [answer(b"x" * 1_000_000), _endless], ids=["declared", "endless"])
async def test_a_long_body_is_cut_and_marked(kind):
    async with serving(kind) as server:
        got = await fetch(
            f"http://{HOST}:{server.port}/",
            timeout=LONG,
            max_bytes=5_000,
            policy=server.policy(),
            resolver=resolver("127.0.0.1"),
        )

    assert (got.status, got.body, got.is_truncated) == (200, b"x" * 5_000, True)


async def test_a_body_of_exactly_the_limit_is_whole():
    async with serving(answer(b"x" * 5_000)) as server:
        got = await fetch(
            f"http://{HOST}:{server.port}/",
            timeout=LONG,
            max_bytes=5_000,
            policy=server.policy(),
            resolver=resolver("127.0.0.1"),
        )

    assert (len(got.body), got.is_truncated) == (5_000, False)


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with serving(answer(b"direct")) as server:
        got = await fetch(
            f"http://{HOST}:{server.port}/",
            timeout=LONG,
            max_bytes=100,
            policy=server.policy(),
            resolver=resolver("127.0.0.1"),
        )

    assert got.body == b"direct"


async def test_the_next_address_is_tried_when_one_cannot_be_connected_to():
    async with serving(answer(b"second")) as server:
        got = await fetch(
            f"http://{HOST}:{server.port}/",
            timeout=LONG,
            max_bytes=100,
            policy=server.policy(),
            resolver=resolver("127.0.0.2", "127.0.0.1"),
        )

    assert (got.body, got.address) == (b"second", "127.0.0.1")


# --- certificates


def _certificate(name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem, private


def _contexts(tmp_path, name):
    pem, private = _certificate(name)
    (tmp_path / "both.pem").write_bytes(pem + private)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "both.pem")
    return theirs, ssl.create_default_context(cadata=pem.decode())


async def test_name_and_certificate_are_those_of_the_host_at_the_pinned_address(tmp_path):
    theirs, ours = _contexts(tmp_path, HOST)
    async with serving(answer(b"safe"), tls=theirs) as server:
        got = await fetch(
            f"https://{HOST}:{server.port}/",
            timeout=LONG,
            max_bytes=100,
            policy=server.policy(tls=ours),
            resolver=resolver("127.0.0.1"),
        )

    assert got.body == b"safe"
    assert server.names == [HOST]


@pytest.mark.parametrize("case", ["other name", "unknown authority"])
async def test_a_certificate_for_another_name_or_of_nobody_is_refused(tmp_path, case):
    theirs, ours = _contexts(tmp_path, "other.example.test" if case == "other name" else HOST)
    async with serving(answer(b"secret"), tls=theirs) as server:
        error = await refusal(
            Unavailable,
            f"https://{HOST}:{server.port}/",
            policy=server.policy(tls=ours if case == "other name" else None),
            resolver=resolver("127.0.0.1"),
        )

    assert error.code == "http_tls_failed"
    assert server.requests == []


# --- addresses


@pytest.mark.parametrize(
    "address",
    NOT_PUBLIC,
)
async def test_an_address_that_is_not_public_is_refused_and_not_connected_to(address):
    assert not is_public(ipaddress.ip_address(address))
    literal = f"[{address}]" if ":" in address else address

    assert (await refusal(Forbidden, f"https://{literal}/")).code == "http_address_refused"
    named = await refusal(Forbidden, f"https://{HOST}/", resolver=resolver("8.8.8.8", address))
    assert named.code == "http_address_refused"
    assert address not in named.message


@pytest.mark.parametrize(
    "address",
    PUBLIC,
)
def test_an_ordinary_address_is_public(address):
    assert is_public(ipaddress.ip_address(address))


async def test_a_name_that_turns_to_a_private_address_is_refused_before_anything_is_sent():
    async with serving(answer(b"secret")) as server:
        error = await refusal(
            Forbidden, f"https://{HOST}:{server.port}/", resolver=resolver("127.0.0.1"), policy=NO_EXCEPTIONS
        )

    assert error.code == "http_address_refused"
    assert error.detail == f"{HOST} is 127.0.0.1"
    assert server.requests == []


async def test_an_exception_is_for_one_port_only():
    policy = OutboundPolicy.parse(["localhost:9000"])

    assert (await refusal(Forbidden, "http://localhost:9001/", policy=policy)).code == "http_scheme_refused"
    private = await refusal(Forbidden, "https://localhost:9001/", policy=policy, resolver=resolver("127.0.0.1"))
    assert private.code == "http_address_refused"


@pytest.mark.parametrize(
    ("entry", "target"),
    [("localhost:9000", ("localhost", 9000)), ("[::1]:80", ("::1", 80)), ("Mail.Local:8025", ("mail.local", 8025))],
)
def test_exceptions_are_read_from_settings(entry, target):
    assert OutboundPolicy.parse([entry]).allowed == {target}


@pytest.mark.parametrize("entry", ["localhost", "http://h:80", "localhost:80/x", "a@b:80", ":80", "x:0", "*:80"])
def test_a_malformed_exception_is_refused(entry):
    with pytest.raises(InvalidInput) as error:
        OutboundPolicy.parse([entry])

    assert error.value.code == "http_allow_entry_invalid"


# --- URLs, headers


@pytest.mark.parametrize(
    "url",
    [
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://127.0.0.1./",
        "https://0/",
        "https://1.2.3.4.5/",
        "https://１２７.0.0.1/",
        "https://[fe80::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[::1/",
        "https:///x",
        "https://",
        "https://exa mple/",
        "https://a..b/",
        "https://h:0/",
        "https://h:65536/",
        "https://h:x/",
        "https://evil\r\nHost: inside/",
        "https://h/\x7f",
        "https://h\\evil/",
        "https://h/" + "x" * 2_048,
    ],
)
async def test_a_url_that_could_be_read_in_two_ways_is_refused(url):
    assert (await refusal(InvalidInput, url, resolver=resolver("8.8.8.8"))).code == "http_url_invalid"


@pytest.mark.parametrize("url", ["http://example.com/", "ftp://h/", "file:///etc/passwd", "gopher://h/", "//h/", "h"])
async def test_only_https_is_called(url):
    assert (await refusal(Forbidden, url)).code == "http_scheme_refused"


@pytest.mark.parametrize("url", ["https://user:pw@h/", "https://user@h/", "https://@h/", "https://h\\@evil/"])
async def test_credentials_in_a_url_are_refused(url):
    assert (await refusal(Forbidden, url)).code == "http_userinfo_refused"


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "1\r\nX-B: 2"), ("X-A", "\0"), ("X A", "1"), ("", "1"), ("Host", "evil"), ("content-length", "5"),
     ("Transfer-Encoding", "chunked"), ("Connection", "upgrade"), ("X-A", "ü")],
)  # fmt: skip
async def test_headers_that_are_malformed_or_ours_are_refused(name, value):
    assert (await refusal(InvalidInput, "https://h/", headers={name: value})).code == "http_header_invalid"


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "get", "GET /x HTTP/1.1\r\n", ""])
async def test_other_methods_are_refused(method):
    assert (await refusal(InvalidInput, "https://h/", method=method)).code == "http_method_invalid"


# --- failures of the other side


async def _silent(reader, writer):
    await reader.read()


async def _dripping(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("behaviour", [_silent, _dripping])
async def test_the_deadline_holds_for_everything_together(behaviour):
    async with serving(behaviour) as server:
        error = await refusal(
            Unavailable,
            f"http://{HOST}:{server.port}/",
            timeout=SOON,
            max_bytes=10_000,
            policy=server.policy(),
            resolver=resolver("127.0.0.1"),
        )

    assert error.code == "http_timeout"


async def test_the_deadline_holds_for_the_resolver():
    async def resolve(host, port):
        await asyncio.Event().wait()

    assert (await refusal(Unavailable, "https://h/", timeout=SOON, resolver=resolve)).code == "http_timeout"


@pytest.mark.parametrize("found", [OSError("no such host"), UnicodeError("label too long"), ("not an address",), ()])
async def test_a_name_without_addresses_is_told(found):
    async def resolve(host, port):
        if isinstance(found, Exception):
            raise found
        return found

    assert (await refusal(Unavailable, "https://h/", resolver=resolve)).code == "http_dns_failed"


async def test_a_target_that_refuses_connections_is_told():
    async with serving(b"") as server:
        pass

    error = await refusal(
        Unavailable, f"http://{HOST}:{server.port}/", policy=server.policy(), resolver=resolver("127.0.0.1")
    )
    assert error.code == "http_connect_failed"


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        answer(b"\x1f\x8b", "200 OK", "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
    ],
    ids=["not http", "nothing", "cut off", "compressed", "endless header"],
)
async def test_an_answer_that_is_not_plain_http_is_told(sent):
    async with serving(sent) as server:
        error = await refusal(
            Unavailable, f"http://{HOST}:{server.port}/", policy=server.policy(), resolver=resolver("127.0.0.1")
        )

    assert error.code == "http_response_invalid"
