"""Which passwords are accepted, and how they are compared."""

from __future__ import annotations

import string

import pytest
from auth_service.passwords import Passwords, weakness
from hypothesis import given
from hypothesis import strategies as st

KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!?-_ äß€")


@pytest.mark.parametrize(
    "password",
    ["Test123!", "test123!", "TEST123!", "Testtest1", "Test-test", "A1" + "b" * 126, "pässwort 1"],
)
def test_a_good_password_is_accepted(password: str) -> None:
    assert weakness(password) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Test12!", "8 to 128"),
        ("", "8 to 128"),
        ("A1" + "b" * 127, "8 to 128"),
        ("password", "3 of"),
        ("password1", "3 of"),
        ("PASSWORD!", "3 of"),
        ("12345678!", "3 of"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, reason: str) -> None:
    said = weakness(password)
    assert said is not None
    assert reason in said


@given(st.data(), st.sets(st.sampled_from(range(4)), min_size=1))
def test_three_kinds_are_needed_whichever_they_are(data: st.DataObject, kinds: set[int]) -> None:
    parts = [data.draw(st.text(KINDS[kind], min_size=8, max_size=20)) for kind in kinds]
    mixed = "".join(data.draw(st.permutations(list("".join(parts)))))
    assert (weakness(mixed) is None) == (len(kinds) >= 3)


async def test_only_the_right_password_matches() -> None:
    passwords = Passwords()
    stored = await passwords.hashed("Test123!")
    assert stored != await passwords.hashed("Test123!")
    assert await passwords.matches(stored, "Test123!")
    assert not await passwords.matches(stored, "Test123?")
    assert not await passwords.matches(stored, "")


async def test_nothing_matches_where_nothing_is_stored() -> None:
    assert not await Passwords().matches(None, "nobody has this password")


async def test_a_damaged_hash_matches_nothing() -> None:
    assert not await Passwords().matches("$argon2id$damaged", "Test123!")
