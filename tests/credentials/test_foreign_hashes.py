"""Hashes that Django, passlib and others made: verified as they are, bounded in cost, replaced once they matched."""

from __future__ import annotations

import bcrypt
import pytest

from app.credentials import foreign_hashes, queries
from app.credentials.service import adopt_hashes, check_password, find_hash_problem
from app.credentials.types import ImportedHash, PasswordCheck
from tests.support import commit, make_user

# Each made by the system that is named, of the password behind it.
VECTORS = {
    "django argon2": (
        "argon2$argon2id$v=19$m=1024,t=2,p=2$SkFPUDhtRXU4VlNBZ1kyQkpmTFBJcg"
        "$W+ZlzWr6L403+/5i/yupaUElVIpvECYu5nEU4jxPUW8",
        "lètmein",
    ),
    "django pbkdf2_sha256": (
        "pbkdf2_sha256$1000$d8xeKj9iihyOWrThT3kncQ$ZeeiTjbAc9Uhm0Xst3iwdq74tOqLyEYY8kY3AFkqOcw=",
        "lètmein",
    ),
    "django pbkdf2_sha256, published": (
        "pbkdf2_sha256$320000$seasalt$Toj2II2rBvFiGQcPmUml1Nlni2UtvyRWwz/jz4q6q/4=",
        "lètmein",
    ),
    "django pbkdf2_sha1": ("pbkdf2_sha1$1000$4rsTEfwEQODtO9f8xkgE7i$3gTXpn2GHhkcA1vet6b3JJaaOuA=", "lètmein"),
    "django bcrypt_sha256": ("bcrypt_sha256$$2b$04$WLC62LE73YJvS7xKEm5TkODggL6XYs2lHgtgi9NXi2KlK3D7iMH/e", "lètmein"),
    "django bcrypt": ("bcrypt$$2b$04$BqQiyVVaF1fLc3gkcsPUK.ax54AMWbZ00cLMuhBaTfcsP852XG0X6", "lètmein"),
    "django scrypt": (
        "scrypt$1024$0Xot3yy0sgXOMHGp8drCud$8$5$0X4JATto+2Zgv6i5TPSmN/l2yp0MiEwQy81IAndO1mmrgYTNHmHK/YZdWhpln/"
        "EXjUftt1lzKRWLujpi4oS6TQ==",
        "lètmein",
    ),
    "bcrypt 2a": ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    "bcrypt 2y": ("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    "passlib pbkdf2-sha256": (
        "$pbkdf2-sha256$1000$2vtfa01pLYWw9r4XQsj5/w$1Aoa9jIuiQiAcBWuLJVL2EbDICnnBFbXvesPwoOMVa4",
        "lètmein",
    ),
    "passlib pbkdf2-sha512": (
        "$pbkdf2-sha512$1000$j5GyFqI05pyT0tqbM0aotQ$fTm16ACsdQcnGMN8JJUXQ/DpLvC7ilsfSXv/M1MGID9trEx0VDY1hDRvq4T1sy"
        "/AGjze1ix6Is9Daimh6RbGvw",
        "lètmein",
    ),
    "passlib pbkdf2-sha1": ("$pbkdf2$1000$DcG4FyIkhHDOGQNgDGFMyQ$T9BE8WKoMgI/rBW0xyUkAl36MVQ", "lètmein"),
    "passlib scrypt": (
        "$scrypt$ln=8,r=8,p=1$KeW8914LYYxxbu39H6MUgg$BoJSZ9EfY7GktRfHsarBS2D8JXrH680QSXrSzjMQs2k",
        "lètmein",
    ),
    "scrypt, published": (
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
        "password",
    ),
    "argon2i": ("$argon2i$v=19$m=16,t=2,p=1$ZVZWeGtzNVZqeExTVzNSOA$fx0EYEB1zO8i+J2H+OFI4w", "password"),
    "argon2d": ("$argon2d$v=19$m=16,t=2,p=1$Mmx3eWR3YkJONkhoTGFnNA$HD1EIj2bqdfwQrJDP+FY6w", "password"),
    "argon2id": ("$argon2id$v=19$m=16,t=2,p=1$UmtRRmdBRU53QlptNk8ycw$UyyArpJ8yasrc93GImQjFQ", "password"),
}
VECTORS |= {
    "argon2id, version 16": ("$argon2id$v=16$m=16,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$NdFuyNa81Q806vwAIOJ9Bw", "password"),
    "argon2id, no version": ("$argon2id$m=16,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA$NdFuyNa81Q806vwAIOJ9Bw", "password"),
}
SALT = "c29tZXNhbHQ"
DIGEST = "nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"


@pytest.mark.parametrize(("text", "password"), VECTORS.values(), ids=VECTORS)
async def test_the_password_is_told_from_others_and_hashed_anew(text: str, password: str) -> None:
    user = await make_user()
    assert find_hash_problem(text) is None
    await commit(adopt_hashes([ImportedHash(user.id, text, must_change=False)]))

    assert await check_password(user.id, password + "z") == PasswordCheck(is_correct=False)
    assert (await queries.read_password(user.id)).phc == text  # type: ignore[union-attr]
    assert await check_password(user.id, password) == PasswordCheck(is_correct=True, version=1)

    upgraded = await queries.read_password(user.id)
    assert upgraded is not None
    assert upgraded.phc.startswith("$argon2id$v=19$")
    assert upgraded.phc != text
    assert (await check_password(user.id, password)).is_correct
    assert not (await check_password(user.id, password + "z")).is_correct


async def test_whoever_has_to_change_the_password_is_told_so() -> None:
    user = await make_user()
    text, password = VECTORS["django pbkdf2_sha256"]
    await commit(adopt_hashes([ImportedHash(user.id, text, must_change=True)]))

    assert (await check_password(user.id, password)).must_change


def test_a_long_password_counts_as_far_as_bcrypt_reads() -> None:
    cut = "$2b$04$BqQiyVVaF1fLc3gkcsPUK."
    text = cut + bcrypt.hashpw(b"k" * 72, cut.encode()).decode()[len(cut) :]

    assert foreign_hashes.matches(text, "k" * 72 + "more")
    assert not foreign_hashes.matches(text, "k" * 71)
    assert not foreign_hashes.matches(text, "k" * 72 + "\0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        "!unusable",
        "$2b$15$" + "C" * 53,
        "$2b$10$" + "z" * 53,
        f"$scrypt$ln=16,r=1,p=1${SALT}${DIGEST}",
        "$argon2id$v=19$m=1024,t=2,p=17$UmtRRmdBRU53QlptNk8ycw$UyyArpJ8yasrc93GImQjFQ",
        "$2b$03$" + "C" * 53,
        "$2b$05$tooshort",
        "bcrypt$$argon2id$v=19$m=16,t=2,p=1$UmtRRmdBRU53QlptNk8ycw$UyyArpJ8yasrc93GImQjFQ",
        f"$scrypt$ln=22,r=8,p=1${SALT}${DIGEST}",
        f"$scrypt$ln=10,r=999,p=999${SALT}${DIGEST}",
        f"$scrypt$ln=10,r=0,p=1${SALT}${DIGEST}",
        f"$scrypt$ln=10,r=8,p=0${SALT}${DIGEST}",
        f"$scrypt$ln=10,r=8,p=1${SALT}$c2hvcnQ",
        f"scrypt$1000$salt$8$1${DIGEST}=",
        f"$pbkdf2-sha256$0${SALT}${DIGEST}",
        f"$pbkdf2-sha256$2000001${SALT}${DIGEST}",
        f"$pbkdf2-md5$1000${SALT}${DIGEST}",
        "pbkdf2_sha256$1000$salt$not base64!",
        f"pbkdf2_sha256$1000$salt${'A' * 600}",
        "$argon2id$v=19$m=131073,t=2,p=1$UmtRRmdBRU53QlptNk8ycw$UyyArpJ8yasrc93GImQjFQ",
        "$argon2id$v=19$m=16,t=7,p=1$UmtRRmdBRU53QlptNk8ycw$UyyArpJ8yasrc93GImQjFQ",
        "$argon2id$nonsense",
        "$argon2id$v=19$m=16,t=2,p=1$UmtRRmdBRU53QlptNk8ycw$Uyy\0ArpJ8yasrc93GImQjFQ",
    ],
)
def test_what_is_no_hash_or_costs_too_much_is_refused(text: str) -> None:
    assert find_hash_problem(text) is not None
    assert not foreign_hashes.matches(text, "password")
    assert not foreign_hashes.matches(text, "")


ARGON2_SALT, ARGON2_DIGEST = "UmtRRmdBRU53QlptNk8ycw", "UyyArpJ8yasrc93GImQjFQ"


def _argon2(
    version: str = "$v=19", costs: str = "m=16,t=2,p=1", salt: str = ARGON2_SALT, digest: str = ARGON2_DIGEST
) -> str:
    return f"$argon2id{version}${costs}${salt}${digest}"


def test_the_argon2_hash_that_the_next_test_spoils_is_one() -> None:
    assert find_hash_problem(_argon2()) is None
    assert foreign_hashes.matches(_argon2(), "password")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_argon2(version="$v=18"), "in PHC or Django form"),
        (_argon2(version="$v=20"), "in PHC or Django form"),
        (_argon2(version="$v="), "in PHC or Django form"),
        (_argon2(costs="m=16,t=0,p=1"), "in PHC or Django form"),
        (_argon2(costs="m=16,t=2,p=0"), "in PHC or Django form"),
        (_argon2(costs="m=0,t=2,p=1"), "in PHC or Django form"),
        (_argon2(costs="m=-16,t=2,p=1"), "in PHC or Django form"),
        (_argon2(costs="m=x,t=2,p=1"), "in PHC or Django form"),
        (_argon2(costs="m=16,t=2"), "in PHC or Django form"),
        (_argon2(costs="t=2,m=16,p=1"), "in PHC or Django form"),
        (_argon2(costs="m=16,t=2,p=1,keyid=x"), "in PHC or Django form"),
        (_argon2(costs="m=16,t=00000000002,p=1"), "in PHC or Django form"),
        (_argon2(costs=f"m={'9' * 500},t=2,p=1"), "at most 512 printable"),
        (_argon2(costs="m=9999999999,t=9999999999,p=99999999"), "uses at most"),
        (_argon2(costs="m=7,t=2,p=1"), "at least 8 KiB a lane"),
        (_argon2(costs="m=31,t=2,p=4"), "at least 8 KiB a lane"),
        (_argon2(salt=""), "in PHC or Django form"),
        (_argon2(salt="c2hvcnQ"), "has at least 8 bytes"),
        (_argon2(salt="a"), "is not Base64"),
        (_argon2(salt=f"{ARGON2_SALT}=="), "in PHC or Django form"),
        (_argon2(salt=f"{ARGON2_SALT[:-1]}x"), "is not Base64"),
        (_argon2(salt="sal-t_salt_salt-"), "in PHC or Django form"),
        (_argon2(digest="AAAA"), "has 16 to 64 bytes"),
        (_argon2(digest="A" * 88), "has 16 to 64 bytes"),
        (_argon2(digest="!!!"), "in PHC or Django form"),
        (_argon2(digest=f"{ARGON2_DIGEST}="), "in PHC or Django form"),
        (_argon2() + "$more", "in PHC or Django form"),
        ("argon2$" + _argon2(), "in PHC or Django form"),
    ],
    ids=lambda value: value if " " in value else None,
)
def test_an_argon2_hash_that_cannot_be_verified_is_refused_when_it_is_read(text: str, problem: str) -> None:
    found = find_hash_problem(text)

    assert found is not None
    assert problem in found
    assert not foreign_hashes.matches(text, "password")


async def test_a_bad_hash_that_lies_in_the_table_is_a_wrong_password() -> None:
    user = await make_user()
    await commit(adopt_hashes([ImportedHash(user.id, _argon2(salt="c2hvcnQ"), must_change=False)]))

    assert await check_password(user.id, "password") == PasswordCheck(is_correct=False)
