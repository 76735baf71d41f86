"""Writing, listing and limiting in the emulator, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from airtable_emulator.domain.changes import parse_change
from airtable_emulator.domain.errors import AirtableError
from airtable_emulator.domain.limits import BaseLimits
from airtable_emulator.domain.model import Field, Record, Table
from airtable_emulator.domain.params import from_object, from_query_string
from airtable_emulator.domain.query import ListQuery, check, matches, ordered, page, rendered
from airtable_emulator.domain.rows import Row
from airtable_emulator.domain.writing import Writer, merged, replaced
from airtable_emulator.samples import SAMPLE_BASES
from hypothesis import given
from hypothesis import strategies as st
from pyairtable.models.schema import TableSchema

MADE = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = {"choices": [{"id": "sel1", "name": "Low"}, {"id": "sel2", "name": "High"}]}
TABLE = Table(
    "tbl1",
    "app1",
    "Things",
    "fld1",
    (
        Field("fld1", "Name", "singleLineText"),
        Field("fld2", "Size", "number"),
        Field("fld3", "Level", "singleSelect", CHOICES),
        Field("fld4", "Tags", "multipleSelects", CHOICES),
        Field("fld5", "Done", "checkbox"),
        Field("fld6", "Day", "date"),
        Field("fld7", "At", "dateTime"),
        Field("fld8", "Stars", "rating", {"max": 5}),
        Field("fld9", "Links", "multipleRecordLinks", {"linkedTableId": "tbl2"}),
        Field("fld10", "Files", "multipleAttachments"),
        Field("fld11", "Who", "singleCollaborator"),
        Field("fld12", "Label", "formula", {"formula": "{Name} & '-' & {Size}"}),
        Field("fld13", "No", "autoNumber"),
        Field("fld14", "Bad", "formula", {"formula": "1/0"}),
        Field("fld15", "Made", "createdTime"),
    ),
)


def clean(name: str, value: Any, typecast: bool = False) -> Any:
    return next(iter(Writer(TABLE, typecast).clean({name: value}).values()))


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("Name", "x", "x"),
        ("fld1", "by id", "by id"),
        ("Name", "", None),
        ("Name", None, None),
        ("Size", 1.5, 1.5),
        ("Level", "High", "High"),
        ("Level", {"name": "Low"}, "Low"),
        ("Tags", ["Low", "High", "Low"], ["Low", "High"]),
        ("Tags", [], None),
        ("Done", True, True),
        ("Done", False, None),
        ("Day", "2026-02-03", "2026-02-03"),
        ("Day", "2026-02-03T23:30:00Z", "2026-02-03"),
        ("At", "2026-02-03T10:00:00+02:00", "2026-02-03T08:00:00.000Z"),
        ("At", "2026-02-03T10:00:00.123Z", "2026-02-03T10:00:00.123Z"),
        ("Stars", 3, 3),
        ("Stars", 0, None),
        ("Links", ["rec1", "rec2", "rec1"], ["rec1", "rec2"]),
        ("Links", [], None),
        ("Who", {"email": "a@b.c"}, {"email": "a@b.c"}),
    ],
)
def test_a_fitting_value_is_stored(name: str, value: Any, stored: Any) -> None:
    assert clean(name, value) == stored


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("Nope", 1, "UNKNOWN_FIELD_NAME"),
        ("Name", 1, "INVALID_VALUE_FOR_COLUMN"),
        ("Size", "1", "INVALID_VALUE_FOR_COLUMN"),
        ("Size", True, "INVALID_VALUE_FOR_COLUMN"),
        ("Size", float("inf"), "INVALID_VALUE_FOR_COLUMN"),
        ("Level", "Huge", "INVALID_MULTIPLE_CHOICE_OPTIONS"),
        ("Level", 5, "INVALID_VALUE_FOR_COLUMN"),
        ("Tags", "Low", "INVALID_VALUE_FOR_COLUMN"),
        ("Tags", ["Huge"], "INVALID_MULTIPLE_CHOICE_OPTIONS"),
        ("Done", "yes", "INVALID_VALUE_FOR_COLUMN"),
        ("Day", "tomorrow", "INVALID_VALUE_FOR_COLUMN"),
        ("Day", 5, "INVALID_VALUE_FOR_COLUMN"),
        ("At", "soon", "INVALID_VALUE_FOR_COLUMN"),
        ("Stars", 6, "INVALID_VALUE_FOR_COLUMN"),
        ("Stars", 1.5, "INVALID_VALUE_FOR_COLUMN"),
        ("Links", "rec1", "INVALID_VALUE_FOR_COLUMN"),
        ("Links", [1], "INVALID_VALUE_FOR_COLUMN"),
        ("Files", [{"url": "ftp://x"}], "INVALID_VALUE_FOR_COLUMN"),
        ("Files", "x", "INVALID_VALUE_FOR_COLUMN"),
        ("Who", "me", "INVALID_VALUE_FOR_COLUMN"),
        ("Label", "x", "INVALID_VALUE_FOR_COLUMN"),
        ("No", 5, "INVALID_VALUE_FOR_COLUMN"),
        ("Made", "2026-01-01", "INVALID_VALUE_FOR_COLUMN"),
    ],
)
def test_an_unfit_value_is_refused(name: str, value: Any, kind: str) -> None:
    with pytest.raises(AirtableError) as raised:
        clean(name, value)
    assert raised.value.status == 422
    assert raised.value.body["error"]["type"] == kind


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("Name", 5, "5"),
        ("Size", "$1,200.50", 1200.5),
        ("Size", "7", 7),
        ("Tags", "Low, High", ["Low", "High"]),
        ("Done", "yes", True),
        ("Done", "no", None),
        ("Links", "rec1, rec2", ["rec1", "rec2"]),
    ],
)
def test_typecast_converts(name: str, value: Any, stored: Any) -> None:
    assert clean(name, value, typecast=True) == stored


def test_typecast_makes_missing_options_and_only_once() -> None:
    writer = Writer(TABLE, typecast=True)
    writer.clean({"Level": "Huge", "Tags": ["Huge", "Vast"]})
    writer.clean({"Level": "Huge"})
    names = [choice["name"] for choice in writer.table.field("Level").options["choices"]]
    assert names == ["Low", "High", "Huge"]
    assert writer.grown
    assert len(TABLE.field("Level").options["choices"]) == 2


def test_an_attachment_gets_an_id_and_a_name() -> None:
    (stored,) = clean("Files", [{"url": "https://example.com/a/plan.pdf"}])
    assert stored["filename"] == "plan.pdf"
    assert stored["id"].startswith("att")


def test_patch_keeps_and_put_empties_what_is_not_named() -> None:
    old = {"fld1": "a", "fld2": 1, "fld13": 7}
    new = {"fld2": None, "fld5": True}
    assert merged(old, new) == {"fld1": "a", "fld5": True, "fld13": 7}
    assert replaced(TABLE, old, new) == {"fld5": True, "fld13": 7}


def rows(*cells: dict[str, Any]) -> list[Row]:
    made = [Record(f"rec{number}", fields, MADE) for number, fields in enumerate(cells, 1)]
    return [Row(TABLE, record, {"rec9": "Nine"}) for record in made]


def ids(found: list[Row]) -> list[str]:
    return [row.id for row in found]


def test_a_filter_sees_links_by_name_and_checkboxes_as_false() -> None:
    one, two = rows({"fld9": ["rec9"]}, {"fld5": True})
    linked = check(ListQuery(formula="FIND('Nin', {Links})"), TABLE)
    unchecked = check(ListQuery(formula="{Done} = FALSE()"), TABLE)
    assert (matches(linked, one), matches(linked, two)) == (True, False)
    assert (matches(unchecked, one), matches(unchecked, two)) == (True, False)


def test_a_record_for_which_the_filter_fails_is_left_out() -> None:
    one, two = rows({"fld2": 0}, {"fld2": 2})
    node = check(ListQuery(formula="10 / {Size} > 1"), TABLE)
    assert (matches(node, one), matches(node, two)) == (False, True)


def test_sorting_puts_blanks_first_ascending_and_last_descending() -> None:
    found = rows({"fld2": 2}, {}, {"fld2": 10}, {"fld2": 1})
    up = ListQuery.model_validate({"sort": [{"field": "Size"}]})
    down = ListQuery.model_validate({"sort": [{"field": "Size", "direction": "desc"}]})
    assert ids(ordered(found, up, TABLE)) == ["rec2", "rec4", "rec1", "rec3"]
    assert ids(ordered(found, down, TABLE)) == ["rec3", "rec1", "rec4", "rec2"]


def test_sorting_by_a_select_follows_its_options_and_several_keys_work_together() -> None:
    found = rows(
        {"fld3": "High", "fld1": "b"}, {"fld3": "Low", "fld1": "c"}, {"fld3": "High", "fld1": "A"}
    )
    query = ListQuery.model_validate({"sort": [{"field": "Level"}, {"field": "fld1"}]})
    assert ids(ordered(found, query, TABLE)) == ["rec2", "rec3", "rec1"]


@given(st.integers(0, 30), st.integers(1, 100), st.none() | st.integers(1, 40))
def test_pages_together_are_the_whole_list(count: int, size: int, most: int | None) -> None:
    everything = rows(*({} for _ in range(count)))
    query = ListQuery(page_size=size, max_records=most)
    collected: list[str] = []
    while True:
        part, offset = page(everything, query)
        assert len(part) <= size
        collected += ids(part)
        if offset is None:
            break
        query = query.model_copy(update={"offset": offset})
    assert collected == ids(everything)[: most or count]


@pytest.mark.parametrize("offset", ["nonsense", "itr00000000000000/rec1", ""])
def test_an_offset_of_another_query_is_refused(offset: str) -> None:
    query = ListQuery(page_size=1, offset=offset)
    if not offset:
        query = query.model_copy(update={"offset": f"itr{query.digest()}/recGone"})
    with pytest.raises(AirtableError) as raised:
        page(rows({}, {}), query)
    assert raised.value.body["error"]["type"] == "LIST_RECORDS_ITERATOR_NOT_AVAILABLE"


def test_an_answer_leaves_out_empty_cells_and_shows_computed_ones() -> None:
    (row,) = rows({"fld1": "a", "fld2": 2, "fld13": 4})
    shown = rendered(row, TABLE, ListQuery())
    assert shown["fields"] == {
        "Name": "a",
        "Size": 2,
        "Label": "a-2",
        "No": 4,
        "Bad": {"error": "#ERROR!"},
        "Made": "2026-01-01T00:00:00.000Z",
    }
    by_id = rendered(row, TABLE, ListQuery(by_id=True, fields=["Name"], metadata=["commentCount"]))
    assert (by_id["fields"], by_id["commentCount"]) == ({"fld1": "a"}, 0)


def test_cells_as_text_are_texts() -> None:
    (row,) = rows({"fld2": 2, "fld5": True, "fld4": ["Low", "High"], "fld9": ["rec9"]})
    query = ListQuery(cell_format="string", time_zone="utc", user_locale="en")
    fields = rendered(row, TABLE, query)["fields"]
    assert fields["Size"] == "2"
    assert (fields["Done"], fields["Tags"], fields["Links"]) == ("checked", "Low, High", "Nine")
    assert fields["Bad"] == "#ERROR!"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"view": "Nope"}, "VIEW_NAME_NOT_FOUND"),
        ({"fields": ["Nope"]}, "UNKNOWN_FIELD_NAME"),
        ({"sort": [{"field": "Nope"}]}, "UNKNOWN_FIELD_NAME"),
        ({"filterByFormula": "{Nope} = 1"}, "INVALID_FILTER_BY_FORMULA"),
        ({"filterByFormula": "1 +"}, "INVALID_FILTER_BY_FORMULA"),
        ({"cellFormat": "string"}, "INVALID_REQUEST_UNKNOWN"),
    ],
)
def test_a_query_that_does_not_fit_the_table_is_refused(query: dict[str, Any], kind: str) -> None:
    with pytest.raises(AirtableError) as raised:
        check(from_object(query), TABLE)
    assert raised.value.body["error"]["type"] == kind


def test_a_query_string_and_a_body_say_the_same() -> None:
    by_query = from_query_string(
        [
            ("fields[]", "Name"),
            ("fields[]", "Size"),
            ("sort[1][field]", "Size"),
            ("sort[0][field]", "Name"),
            ("sort[0][direction]", "desc"),
            ("pageSize", "5"),
            ("maxRecords", "7"),
            ("returnFieldsByFieldId", "1"),
            ("filterByFormula", "1"),
            ("recordMetadata[]", "commentCount"),
        ]
    )
    by_body = from_object(
        {
            "fields": ["Name", "Size"],
            "sort": [{"field": "Name", "direction": "desc"}, {"field": "Size"}],
            "pageSize": 5,
            "maxRecords": 7,
            "returnFieldsByFieldId": True,
            "filterByFormula": "1",
            "recordMetadata": ["commentCount"],
        }
    )
    assert by_query == by_body


@pytest.mark.parametrize("bad", [{"pageSize": 0}, {"pageSize": 101}, {"maxRecords": 0}, [], "x"])
def test_a_query_out_of_range_is_refused(bad: Any) -> None:
    with pytest.raises(AirtableError) as raised:
        from_object(bad)
    assert raised.value.status == 422


@pytest.mark.parametrize(
    "body",
    [{}, [], None, {"records": []}, {"records": [{}] * 11}, {"fields": []}, {"records": {}}],
)
def test_a_write_of_the_wrong_shape_is_refused(body: Any) -> None:
    with pytest.raises(AirtableError) as raised:
        parse_change(body)
    assert raised.value.status == 422


def test_a_sixth_request_in_a_second_brings_the_penalty() -> None:
    now = 100.0
    limits = BaseLimits(5, 30.0, lambda: now)
    assert [limits.admit("app1") for _ in range(6)] == [True] * 5 + [False]
    assert limits.admit("app2")
    now = 129.9
    assert not limits.admit("app1")
    now = 130.0
    assert limits.admit("app1")


@given(st.lists(st.floats(0.001, 0.6), max_size=60))
def test_no_second_holds_more_than_five_admitted_requests(gaps: list[float]) -> None:
    now = 0.0
    limits = BaseLimits(5, 0.0, lambda: now)
    admitted: list[float] = []
    for gap in gaps:
        now += gap
        if limits.admit("app1"):
            admitted.append(now)
    for first, sixth in zip(admitted, admitted[5:], strict=False):
        assert sixth - first >= 1.0 - 1e-9


def test_the_samples_are_a_schema_that_pyairtable_reads() -> None:
    for base in SAMPLE_BASES:
        for table, records in base.tables:
            schema = TableSchema.model_validate(table.as_json())
            assert schema.field(table.primary_field_id).name == table.fields[0].name
            assert all(len(record.id) == 17 for record in records)
            assert all(table.field(key) for record in records for key in record.fields)
    assert len({r.id for b in SAMPLE_BASES for _, made in b.tables for r in made}) == 18
