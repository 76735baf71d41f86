"""What the random provider makes."""

from __future__ import annotations

import base64
import string

import bcrypt
import pytest

from airgap import wire
from airgap.random_provider import words
from airgap.random_provider.characters import SPECIALS

from .random_calls import ID, PASSWORD, PET, STRING, create, made

EVERY = string.ascii_letters + string.digits + SPECIALS


def test_a_text_has_its_length_and_draws_from_all_classes() -> None:
    value = made(STRING, length=2000)["result"]
    assert len(value) == 2000
    assert set(value) == set(EVERY)


def test_two_texts_differ() -> None:
    assert len({made(STRING, length=32)["result"] for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("off", "alphabet"),
    [
        (("special",), string.ascii_letters + string.digits),
        (("upper", "lower", "special"), string.digits),
        (("number", "special"), string.ascii_letters),
        (("upper", "lower", "numeric"), SPECIALS),
    ],
)
def test_a_class_that_is_off_is_not_drawn(off: tuple[str, ...], alphabet: str) -> None:
    value = made(STRING, length=500, **dict.fromkeys(off, False))["result"]
    assert set(value) <= set(alphabet)


def test_minimums_are_kept_even_where_the_flag_is_false() -> None:
    value = made(
        STRING, length=20, special=False, minSpecial=5, minUpper=5, minLower=5, minNumeric=5
    )["result"]
    counts = [
        sum(letter in letters for letter in value)
        for letters in (SPECIALS, string.ascii_uppercase, string.ascii_lowercase, string.digits)
    ]
    assert counts == [5, 5, 5, 5]


def test_minimums_do_not_come_first() -> None:
    starts = {made(STRING, length=10, minNumeric=5, minLower=5)["result"][0] for _ in range(60)}
    assert starts & set(string.digits)
    assert starts & set(string.ascii_lowercase)


def test_own_special_characters_take_the_place_of_the_usual() -> None:
    value = made(
        STRING, length=300, overrideSpecial="-_", minSpecial=1, upper=False, numeric=False
    )["result"]
    assert set(value) == set(string.ascii_lowercase + "-_")


def test_own_special_characters_need_the_flag_unless_there_is_a_minimum() -> None:
    value = made(STRING, length=50, overrideSpecial="~", special=False)["result"]
    assert "~" not in value
    assert (
        "~" in made(STRING, length=50, overrideSpecial="~", special=False, minSpecial=1)["result"]
    )


def test_a_string_is_its_own_id() -> None:
    value = made(STRING, length=12)
    assert value["id"] == value["result"]


@pytest.mark.parametrize("length", [1, 72, 73, 200])
def test_a_password_has_a_hash_of_its_first_72_bytes(length: int) -> None:
    value = made(PASSWORD, length=length)
    hashed = value["bcryptHash"].encode()
    assert bcrypt.checkpw(value["result"].encode()[:72], hashed)
    assert hashed.startswith(b"$2b$10$")


def test_the_id_of_a_password_says_nothing() -> None:
    assert made(PASSWORD, length=12)["id"] == "none"


@pytest.mark.parametrize("preview", [False, True])
def test_a_password_and_its_hash_are_marked_as_secrets(preview: bool) -> None:
    properties = create(PASSWORD, preview=preview, length=12)[1]
    signature = wire.dump({"x": wire.secret("")}).fields["x"].struct_value
    key, mark = next(iter({k: v for k, v in signature.fields.items() if k != "value"}.items()))
    for name in ("result", "bcryptHash"):
        assert properties.fields[name].struct_value.fields[key] == mark


@pytest.mark.parametrize("prefix", ["", "x,y-"])
def test_an_id_is_spelled_in_four_ways_with_the_prefix_in_front(prefix: str) -> None:
    value = made(ID, byteLength=9, **({"prefix": prefix} if prefix else {}))
    raw = base64.urlsafe_b64decode(value["id"] + "=" * (-len(value["id"]) % 4))
    assert len(raw) == 9
    assert "=" not in value["id"]
    assert value["b64Url"] == prefix + value["id"]
    assert value["b64Std"] == prefix + base64.b64encode(raw).decode()
    assert value["hex"] == prefix + raw.hex()
    assert value["dec"] == prefix + str(int.from_bytes(raw, "big"))


def test_the_longest_id_can_be_spelled() -> None:
    assert len(made(ID, byteLength=1024)["hex"]) == 2048


@pytest.mark.parametrize("length", [1, 2, 3, 5])
def test_a_pet_has_so_many_words_in_their_order(length: int) -> None:
    parts = made(PET, length=length, separator="/")["id"].split("/")
    expected = [words.ADVERBS] * (length - 2) + [words.ADJECTIVES] * (length > 1) + [words.NAMES]
    assert len(parts) == length
    assert all(part in allowed for part, allowed in zip(parts, expected, strict=True))


def test_a_pet_begins_with_its_prefix_and_has_no_other_output() -> None:
    value = made(PET, prefix="Team")
    assert value["id"].startswith("Team-")
    assert value.keys() == {"id", "length", "separator", "prefix"}


def test_the_words_are_single_lower_case_words_without_repetition() -> None:
    for group in (words.ADVERBS, words.ADJECTIVES, words.NAMES):
        assert len(set(group)) == len(group)
        assert all(word.isascii() and word.isalpha() and word.islower() for word in group)


def test_the_state_holds_no_bookkeeping() -> None:
    assert "__defaults" not in create(STRING, length=4)[1].fields
