"""Mail in the API."""

from __future__ import annotations

from app.jobs.service import run_pending
from app.kit.runtime import override
from app.login.service import send_invitation
from tests.graph.support import read
from tests.mail.support import mail_server
from tests.support import as_user, commit, make_admin, make_user

MAILS = "{ mails { nodes { id to subject template status sentAt failure text html } totalCount } }"


async def test_the_outbox_shows_bodies_while_no_mail_server_is_configured() -> None:
    admin, user = as_user(await make_admin()), await make_user()
    await commit(send_invitation(user))

    mails = (await read(MAILS, actor=admin))["mails"]
    (mail,) = mails["nodes"]
    alone = await read(f'{{ node(id: "{mail["id"]}") {{ ... on Mail {{ text }} }} }}', actor=admin)

    assert mails["totalCount"] == 1
    assert (mail["to"], mail["template"], mail["status"], mail["sentAt"]) == (user.email, "invitation", "OUTBOX", None)
    assert "http://localhost:8000/password/set?token=" in mail["text"]
    assert mail["html"].startswith("<!")
    assert alone["node"] == {"text": mail["text"]}


async def test_the_body_of_a_mail_on_its_way_is_not_shown() -> None:
    admin, user = as_user(await make_admin()), await make_user()

    with override(smtp_url="smtps://mail.example"):
        await commit(send_invitation(user))
        answer = await read("{ server { isMailConfigured } " + MAILS.removeprefix("{"), actor=admin)

    (mail,) = answer["mails"]["nodes"]
    assert answer["server"]["isMailConfigured"] is True
    assert (mail["status"], mail["text"], mail["html"]) == ("QUEUED", "", None)


async def test_an_operator_reads_why_a_mail_was_given_up() -> None:
    admin, user = as_user(await make_admin()), await make_user()
    async with mail_server() as mailbox:
        mailbox.answer_to_recipient = "550 5.1.1 No such mailbox"
        with override(smtp_url=f"smtp://127.0.0.1:{mailbox.port}"):
            await commit(send_invitation(user))
            await run_pending()

    (mail,) = (await read(MAILS, actor=admin))["mails"]["nodes"]

    assert (mail["status"], mail["failure"]) == ("FAILED", "550 5.1.1 No such mailbox")
    assert (mail["text"], mail["html"], mail["sentAt"]) == ("", None, None)
