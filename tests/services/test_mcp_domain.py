"""What mcp-server computes from records."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from mcp_server.domain import search, spreadsheet
from mcp_server.domain.analysis import analyse
from mcp_server.domain.duplicates import groups
from mcp_server.domain.texts import normalised, plain


def record(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"rec{number}", "createdTime": "2026-01-01T00:00:00.000Z", "fields": fields}


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"],  # noqa: RUF001
)
def test_no_cell_or_head_of_a_csv_is_a_formula(text: str) -> None:
    written = spreadsheet.write([text], [record(1, **{text: text})])
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert rows == [["record_id", f"'{text}"], ["rec1", f"'{text}"]]


def test_numbers_and_plain_texts_of_a_csv_stay() -> None:
    cells = {"n": -5, "f": -0.5, "t": 'a "b", c', "e": None, "l": ["x", "y"], "b": True}
    written = spreadsheet.write(list(cells), [record(1, **cells)])
    row = list(csv.reader(io.StringIO(written, newline="")))[1]
    assert row == ["rec1", "-5", "-0.5", 'a "b", c', "", "x, y", "true"]


def test_a_search_cannot_leave_its_text() -> None:
    formula = search.containing("'), 1=1, FIND('\\", ["A}B"])
    assert formula == "OR(FIND('\\'), 1=1, find(\\'\\\\', LOWER({A\\}B} & '')))"


def test_only_fields_that_hold_text_are_searched() -> None:
    fields = [
        {"name": "a", "type": "singleLineText"},
        {"name": "b", "type": "multipleRecordLinks"},
        {"name": "c", "type": "number"},
    ]
    assert search.searched(fields) == ["a", "c"]


def test_duplicates_do_not_depend_on_case_spaces_and_unicode_forms() -> None:
    rows = [
        record(1, name="Ångström  Ltd", city="Oslo"),
        record(2, name=" ångström ltd", city="OSLO"),
        record(3, name="Other", city="Oslo"),
        record(4),
        record(5),
        record(6, name="other", city="oslo"),
        record(7, name="OTHER", city="Oslo"),
    ]
    found = groups(["name", "city"], rows)
    assert [group.record_ids for group in found] == [["rec3", "rec6", "rec7"], ["rec1", "rec2"]]
    assert found[0].values == {"name": "Other", "city": "Oslo"}


def test_an_empty_table_has_an_analysis() -> None:
    (field,) = analyse([{"name": "a", "type": "number"}], [])
    assert (field.fill_rate, field.distinct, field.minimum) == (0.0, 0, None)


def test_an_analysis_counts_values_of_every_kind() -> None:
    fields = [{"name": "n", "type": "number"}, {"name": "done", "type": "checkbox"}]
    rows = [record(1, n=3, done=True), record(2, n=-1.5), record(3, n=3), record(4)]
    number, done = analyse(fields, rows)
    assert (number.minimum, number.maximum, number.distinct) == (-1.5, 3, 2)
    assert (number.filled, number.empty, number.fill_rate) == (3, 1, 0.75)
    assert number.most_common == ["3", "-1.5"]
    assert (done.minimum, done.distinct) == (None, 1)


def test_cells_read_as_people_read_them() -> None:
    assert plain([{"name": "Ada", "email": "a@b"}, {"filename": "x.pdf"}]) == "Ada, x.pdf"
    assert plain(4.0) == "4"
    assert plain({"state": "generated"}) == '{"state": "generated"}'
    assert normalised("Ｆｕｌｌ　Width") == "full width"  # noqa: RUF001
