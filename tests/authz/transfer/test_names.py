"""What people type is read by the types that the models in force define."""

from __future__ import annotations

import pytest

from app.authz.errors_text import TextInvalid, TypeUnfamiliar
from app.authz.service.naming import Names, current_names
from app.authz.types import EntityRef, SubjectRef, TupleKey
from tests.authz.transfer.support import INVOICES, save


async def names() -> Names:
    await save()
    await save(INVOICES, "cli_a")
    return await current_names()


async def test_entities_and_subjects_are_read() -> None:
    found = await names()

    assert found.entity("document:1") == EntityRef("document", "1")
    assert found.entity("document:a:b@c") == EntityRef("document", "a:b@c")
    assert found.entity("cli_a:invoice:7:x") == EntityRef("cli_a:invoice", "7:x")
    assert found.subject("group:eng#member") == SubjectRef("group", "eng", "member")
    assert found.subject("user:*") == SubjectRef("user", "*")
    assert found.type("cli_a:invoice") == "cli_a:invoice"


async def test_tuples_are_read() -> None:
    found = await names()

    assert found.key("cli_a:invoice:7#payer@user:a:b") == TupleKey("cli_a:invoice", "7", "payer", "user", "a:b")
    assert found.key("document:1#viewer@group:g#member") == TupleKey("document", "1", "viewer", "group", "g", "member")


async def test_what_is_of_another_form_is_told_which_one_is_meant() -> None:
    found = await names()

    for read, text, message in (
        (found.entity, "document", "`document` is no entity. Write it as type:id, as in document:1."),
        (found.subject, "user:a b", "`user:a b` is no subject. Write it as type:id or type:id#relation,"),
        (found.key, "document:1#viewer", "`document:1#viewer` is no tuple. Write it as ENTITY#RELATION@SUBJECT,"),
    ):
        with pytest.raises(TextInvalid) as caught:
            read(text)
        assert caught.value.message.startswith(message)


async def test_a_type_that_no_model_defines_is_compared_with_those_that_are() -> None:
    found = await names()

    for text, message in (
        ("documnet:1", "No model defines the type documnet. Did you mean `document`?"),
        (
            "invoice:1",
            "No model defines the type invoice. A type of a client is written with the client's id: cli_a:invoice.",
        ),
        ("zzz:1", "No model defines the type zzz."),
        ("cli_a:invocie:7", "No model defines the type cli_a:invocie. Did you mean `cli_a:invoice`?"),
        ("cli_a:7", "No model defines the type cli_a:7. Did you mean `cli_a:invoice`?"),
        ("cli_b:invoice:7", "No model defines the type cli_b."),
    ):
        with pytest.raises(TypeUnfamiliar) as caught:
            found.entity(text)
        assert caught.value.message == message
