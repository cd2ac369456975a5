"""Mail is handed over only to the server that is meant, and nobody in between reads it (RFC 3207, RFC 8314)."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from app.jobs.service import run_pending
from app.kit import db
from app.kit.runtime import override
from app.mail.service import SEND_KIND
from tests.mail.support import Authority, mail_server, read, write

# Not among the names that count as this machine, where nobody sits in between.
ELSEWHERE = "127.0.0.2"
SCHEMES = ("smtp", "smtps")


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """A certificate authority that this machine trusts."""
    trusted = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted.write()))
    return trusted


def _protection(scheme: str, context: ssl.SSLContext) -> dict[str, Any]:
    # The server takes only what it upgraded itself for protected.
    return {"starttls": context} if scheme == "smtp" else {"tls": context, "auth_require_tls": False}


def _url(scheme: str, port: int) -> dict[str, str]:
    return {"smtp_url": f"{scheme}://mailer:p%40ss%20word@{ELSEWHERE}:{port}"}


async def _last_error() -> str:
    text: str = await db.fetch_value("SELECT last_error FROM jobs_job WHERE kind = $1", SEND_KIND)
    return text


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_a_server_with_a_trusted_certificate_gets_password_and_mail(authority: Authority, scheme: str) -> None:
    async with mail_server(host=ELSEWHERE, **_protection(scheme, authority.certify(ELSEWHERE))) as mailbox:
        with override(**_url(scheme, mailbox.port)):
            mail_id = await write()
            await run_pending()

    assert (await read(mail_id))["status"] == "sent"
    assert (mailbox.was_protected, len(mailbox.envelopes)) == ([scheme == "smtp"], 1)
    assert mailbox.logins == [(b"mailer", b"p@ss word")]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("host", "days", "reason"),
    [("mail.example.com", 1, "IP address mismatch"), ("127.0.0.3", 1, "mismatch"), (ELSEWHERE, -1, "has expired")],
    ids=["another name", "another address", "expired"],
)
async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    authority: Authority, scheme: str, host: str, days: int, reason: str
) -> None:
    context = authority.certify(host, days=days)

    async with mail_server(host=ELSEWHERE, **_protection(scheme, context)) as mailbox:
        with override(**_url(scheme, mailbox.port)):
            mail_id = await write()
            await run_pending()

    assert (mailbox.envelopes, mailbox.logins) == ([], [])
    assert (await read(mail_id))["status"] == "queued"
    assert "CERTIFICATE_VERIFY_FAILED" in await _last_error()
    assert reason in await _last_error()


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_an_authority_that_nobody_trusts_proves_nothing(tmp_path: Path, scheme: str) -> None:
    context = Authority(tmp_path).certify(ELSEWHERE)

    async with mail_server(host=ELSEWHERE, **_protection(scheme, context)) as mailbox:
        with override(**_url(scheme, mailbox.port)):
            await write()
            await run_pending()

    assert (mailbox.envelopes, mailbox.logins) == ([], [])
    assert "CERTIFICATE_VERIFY_FAILED" in await _last_error()


async def test_rfc3207_5_no_password_goes_to_a_server_that_offers_no_starttls() -> None:
    async with mail_server(host=ELSEWHERE, auth_require_tls=False) as mailbox:
        with override(**_url("smtp", mailbox.port)):
            mail_id = await write()
            await run_pending()

    assert (mailbox.envelopes, mailbox.logins) == ([], [])
    assert (await read(mail_id))["status"] == "queued"
    assert "STARTTLS" in await _last_error()


async def test_rfc8996_no_version_of_tls_before_1_2_is_spoken(authority: Authority) -> None:
    old = authority.certify(ELSEWHERE)
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    async with mail_server(host=ELSEWHERE, tls=old) as mailbox:
        with override(**_url("smtps", mailbox.port)):
            await write()
            await run_pending()

    assert (mailbox.envelopes, mailbox.logins) == ([], [])
