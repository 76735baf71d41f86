"""Bodies and search patterns of user-service."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyairtable_shared.texts import containing
from pydantic import ValidationError
from user_service.models import Changes


def test_only_what_was_sent_is_changed() -> None:
    assert Changes.model_validate({}).given() == {}
    assert Changes.model_validate({"bio": None}).given() == {"bio": None}
    assert Changes(preferences={}).given() == {"preferences": {}}


@pytest.mark.parametrize("name", ["id", "user_id", "email", "tenant_id", "role", "created_at"])
def test_what_may_not_be_changed_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Changes.model_validate({name: "x"})


@pytest.mark.parametrize(
    "changes",
    [
        {"preferences": None},
        {"preferences": {"a": float("nan")}},
        {"preferences": {"a": "x" * 32_768}},
        {"avatar_url": "data:text/html,x"},
        {"avatar_url": "https://example.com/" + "x" * 2000},
        {"first_name": "x" * 201},
    ],
)
def test_what_cannot_be_kept_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Changes.model_validate(changes)


@given(st.text("ab%_\\", max_size=6), st.text("ab%_\\", max_size=12))
def test_a_pattern_finds_the_text_literally(text: str, value: str) -> None:
    assert bool(re.fullmatch(_as_expression(containing(text)), value)) == (text in value)


def _as_expression(pattern: str) -> str:
    """What LIKE means by a pattern, as a regular expression."""
    parts = re.findall(r"\\(.)|(%)|(_)|(.)", pattern, re.DOTALL)
    meaning = {"%": ".*", "_": "."}
    return "(?s)" + "".join(
        re.escape(escaped or plain) or meaning[percent or one]
        for escaped, percent, one, plain in parts
    )
