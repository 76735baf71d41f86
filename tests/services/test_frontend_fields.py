"""Values of Airtable's fields: shown, typed, read back."""

from __future__ import annotations

from typing import Any

import pytest
from frontend.domain.fields import Field, Unreadable, as_text, as_typed, fields_of, read, same
from frontend.domain.shown import count, size, tone, when


def field(kind: str, **options: Any) -> Field:
    return Field("fld1", "F", kind, options)


@pytest.mark.parametrize(
    ("kind", "options", "value", "shown"),
    [
        ("singleLineText", {}, "a", "a"),
        ("singleLineText", {}, None, ""),
        ("currency", {"symbol": "$", "precision": 2}, 1234.5, "$1,234.50"),
        ("percent", {"precision": 0}, 0.4, "40 %"),
        ("checkbox", {}, True, "Yes"),
        ("dateTime", {}, "2026-01-20T17:00:00.000Z", "2026-01-20 17:00"),
        ("multipleSelects", {}, ["a", "b"], "a, b"),
        ("multipleRecordLinks", {}, ["rec1", "rec2"], "One, rec2"),
        ("multipleAttachments", {}, [{"filename": "a.pdf", "url": "x"}], "a.pdf"),
        ("singleCollaborator", {}, {"id": "usr1", "email": "a@b.c", "name": "Ada"}, "Ada"),
    ],
)
def test_values_are_shown_as_people_read_them(
    kind: str, options: dict[str, Any], value: Any, shown: str
) -> None:
    assert as_text(field(kind, **options), value, {"rec1": "One"}) == shown


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("singleLineText", "a b"),
        ("multilineText", " kept \n as typed "),
        ("number", 12345678901234567890),
        ("number", -2.5),
        ("number", 0),
        ("percent", 0.07),
        ("percent", 1),
        ("rating", 3),
        ("date", "2026-01-20"),
        ("dateTime", "2026-01-20T17:00:00.000Z"),
        ("singleSelect", "a"),
        ("email", "a@b.c"),
    ],
)
def test_what_is_not_changed_is_read_back_as_it_was(kind: str, value: Any) -> None:
    assert read(field(kind), [as_typed(field(kind), value)]) == value


@pytest.mark.parametrize("kind", ["number", "percent", "rating"])
@pytest.mark.parametrize("typed", ["much", "nan", "inf", "1e999", "--1"])
def test_what_is_no_number_is_refused(kind: str, typed: str) -> None:
    with pytest.raises(Unreadable, match="F must be a number"):
        read(field(kind), [typed])


def test_a_time_that_cannot_be_is_refused() -> None:
    with pytest.raises(Unreadable):
        read(field("dateTime"), ["2026-13-45T99:00"])


def test_absent_empty_and_unticked_mean_the_same_but_zero_does_not() -> None:
    assert same(None, "")
    assert same([], None)
    assert same(False, None)
    assert not same(0, None)
    assert not same("a", "b")


def test_the_primary_field_comes_first_and_computed_ones_are_not_asked_for() -> None:
    table = {
        "primary_field_id": "fld2",
        "fields": [
            {"id": "fld1", "name": "Sum", "type": "formula"},
            {"id": "fld2", "name": "Name", "type": "singleLineText", "options": None},
        ],
    }
    fields = fields_of(table)
    assert [each.name for each in fields] == ["Name", "Sum"]
    assert [each.input for each in fields] == ["text", None]


def test_steps_of_numbers_follow_their_precision() -> None:
    assert [field("number", precision=each).step for each in (0, 1, 3)] == ["1", "0.1", "0.001"]
    assert field("number").step == "any"


def test_sizes_counts_times_and_states_are_readable() -> None:
    assert [size(each) for each in (999, 1500, 2_000_000, None)] == [
        "999 bytes",
        "1.5 kB",
        "2.0 MB",
        "unknown",
    ]
    assert [count(each, "file") for each in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
    assert when("no time") == "no time"
    assert [tone(each) for each in ("healthy", "failed", "queued", "not_deployed")] == [
        "good",
        "bad",
        "busy",
        "calm",
    ]
