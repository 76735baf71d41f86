"""Access tokens."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyairtable_shared import tokens

SECRET = "s" * 64
USER = {"sub": "1", "email": "a@example.com", "role": "user", "tenant_id": "2"}


def _encoded(changes: Mapping[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:
    now = int(time.time())
    claims = {**USER, "jti": "3", "iat": now, "exp": now + 60, **changes}
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, secret, algorithm)


def test_a_token_says_what_was_put_into_it() -> None:
    token, claims = tokens.make(SECRET, **USER)
    assert tokens.verify((SECRET,), token) == claims
    assert claims.exp - claims.iat == 900
    assert (claims.sub, claims.email, claims.role, claims.tenant_id) == tuple(USER.values())


def test_every_token_has_an_id_of_its_own() -> None:
    ids = {tokens.make(SECRET, **USER)[1].jti for _ in range(100)}
    assert len(ids) == 100


def test_a_token_takes_the_id_that_it_is_given() -> None:
    assert tokens.make(SECRET, **USER, jti="mine")[1].jti == "mine"


@pytest.mark.parametrize("claim", ["sub", "email", "role", "tenant_id", "jti", "iat", "exp"])
def test_a_token_without_one_of_the_claims_does_not_count(claim: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        tokens.verify((SECRET,), _encoded({claim: None}))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        _encoded({}, secret="t" * 64),
        _encoded({}, algorithm="HS512"),
        _encoded({}, secret="", algorithm="none"),
        _encoded({"exp": int(time.time()) - 60}),
        _encoded({"iat": int(time.time()) + 3600}),
        _encoded({"nbf": int(time.time()) + 3600}),
    ],
)
def test_a_forged_or_timely_wrong_token_does_not_count(token: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        tokens.verify((SECRET,), token)


@given(st.text(max_size=200))
def test_no_text_is_a_token_by_chance(text: str) -> None:
    with pytest.raises(tokens.InvalidToken):
        tokens.verify((SECRET,), text)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_a_token_with_one_byte_changed_does_not_count(position: int, difference: int) -> None:
    token, _ = tokens.make(SECRET, **USER)
    head, body, signature = token.split(".")
    raw = bytearray(jwt.utils.base64url_decode(body))
    raw[position % len(raw)] ^= difference
    changed = jwt.utils.base64url_encode(bytes(raw)).decode()
    with pytest.raises(tokens.InvalidToken):
        tokens.verify((SECRET,), f"{head}.{changed}.{signature}")


def test_while_the_secret_is_changed_tokens_of_both_count() -> None:
    token, claims = tokens.make(SECRET, **USER)
    other = "o" * 64
    assert tokens.verify((SECRET, other), token) == claims
    assert tokens.verify((other, SECRET), token) == claims
    with pytest.raises(tokens.InvalidToken, match="InvalidSignature"):
        tokens.verify((other, other), token)


@pytest.mark.parametrize("order", [1, -1])
def test_a_token_that_is_over_does_not_count_whoever_signed_it(order: int) -> None:
    over = _encoded({"exp": int(time.time()) - 60})
    with pytest.raises(tokens.InvalidToken, match="ExpiredSignature"):
        tokens.verify((SECRET, "o" * 64)[::order], over)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Basic abc", None),
        ("", None),
        (None, None),
    ],
)
def test_the_token_is_taken_from_the_header(header: str | None, token: str | None) -> None:
    assert tokens.bearer(header) == token
