"""Mail in the API."""

from __future__ import annotations

from app.kit.runtime import override
from app.login.service import send_invitation
from tests.graph.support import read
from tests.support import as_user, commit, make_admin, make_user

MAILS = "{ mails { nodes { id to subject template status sentAt text html } totalCount } }"


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
