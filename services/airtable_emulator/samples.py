"""The sample bases: made once, then theirs who use them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from .domain.model import Field, Record, Table

_MADE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class SampleBase(NamedTuple):
    """A base with its tables and their records, in order."""

    id: str
    name: str
    tables: tuple[tuple[Table, tuple[Record, ...]], ...]


def _id(prefix: str, text: str) -> str:
    return prefix + (text + "0" * 14)[:14]


def _field(owner: str, number: int, name: str, kind: str, **options: Any) -> Field:
    return Field(_id("fld", f"{owner}{number:02}Sample"), name, kind, options)


def _choices(*names: str) -> list[dict[str, str]]:
    colours = ("blueLight2", "yellowLight2", "greenLight2", "redLight2", "grayLight2")
    return [
        {"id": _id("sel", name.replace(" ", "") + "Option"), "name": name, "color": colour}
        for name, colour in zip(names, colours, strict=False)
    ]


def _table(base_id: str, key: str, name: str, *fields: Field) -> Table:
    return Table(_id("tbl", f"{key}Sample"), base_id, name, fields[0].id, fields)


def _records(table: Table, key: str, *rows: tuple[Any, ...]) -> tuple[Record, ...]:
    writable = [field for field in table.fields if not field.computed]
    return tuple(
        Record(record_id(key, number), _cells(table, writable, row, number), _MADE)
        for number, row in enumerate(rows, start=1)
    )


def record_id(key: str, number: int) -> str:
    """Id of a sample record: its table's key and its place, counted from 1."""
    return _id("rec", f"{key}{number:03}Sample")


def _cells(table: Table, fields: list[Field], row: tuple[Any, ...], number: int) -> dict[str, Any]:
    cells = {f.id: v for f, v in zip(fields, row, strict=True) if v is not None}
    numbers = {f.id: number for f in table.fields if f.type == "autoNumber"}
    return cells | numbers


_DAY = {"dateFormat": {"name": "iso", "format": "YYYY-MM-DD"}}
_TIME = {"timeFormat": {"name": "24hour", "format": "HH:mm"}, "timeZone": "utc"}
_CHECK = {"icon": "check", "color": "greenBright"}
_STAR = {"icon": "star", "max": 5, "color": "yellowBright"}

PROJECTS_BASE = _id("app", "ProjectTracker")
CRM_BASE = _id("app", "SalesPipeline1")


def _project_tracker() -> SampleBase:
    projects = _table(
        PROJECTS_BASE,
        "Projects",
        "Projects",
        _field("Proj", 1, "Name", "singleLineText"),
        _field("Proj", 2, "Status", "singleSelect", choices=_choices("Planned", "Active", "Done")),
        _field("Proj", 3, "Budget", "currency", precision=2, symbol="$"),
        _field("Proj", 4, "Start", "date", **_DAY),
        _field("Proj", 5, "Notes", "multilineText"),
        _field("Proj", 6, "Website", "url"),
        _field("Proj", 7, "Number", "autoNumber"),
    )
    tasks = _table(
        PROJECTS_BASE,
        "Tasks",
        "Tasks",
        _field("Task", 1, "Title", "singleLineText"),
        _field(
            "Task",
            2,
            "Project",
            "multipleRecordLinks",
            linkedTableId=projects.id,
            isReversed=False,
            prefersSingleRecordLink=True,
        ),
        _field("Task", 3, "Done", "checkbox", **_CHECK),
        _field("Task", 4, "Priority", "rating", **_STAR),
        _field("Task", 5, "Labels", "multipleSelects", choices=_choices("Bug", "Feature", "Chore")),
        _field("Task", 6, "Estimate", "number", precision=1),
        _field("Task", 7, "Due", "dateTime", **_DAY, **_TIME),
        _field(
            "Task",
            8,
            "Summary",
            "formula",
            formula="{Title} & IF({Done}, ' (done)', '')",
            isValid=True,
            referencedFieldIds=[_id("fld", "Task01Sample"), _id("fld", "Task03Sample")],
            result={"type": "singleLineText"},
        ),
        _field(
            "Task",
            9,
            "Created",
            "createdTime",
            result={"type": "dateTime", "options": {**_DAY, **_TIME}},
        ),
    )
    return SampleBase(
        PROJECTS_BASE,
        "Project Tracker",
        (
            (projects, _records(projects, "Proj", *_PROJECT_ROWS)),
            (tasks, _records(tasks, "Task", *_TASK_ROWS)),
        ),
    )


_PROJECT_ROWS = (
    (
        "Website relaunch",
        "Active",
        48000,
        "2026-01-12",
        "New design, new shop.",
        "https://example.com",
    ),
    ("Mobile app", "Planned", 120000.5, "2026-04-01", None, None),
    ("Data warehouse", "Active", 75000, "2025-11-03", "Phase two.", None),
    ("Office move", "Done", 9500, "2025-06-20", None, None),
)
_WEB, _APP, _DATA = ([record_id("Proj", number)] for number in (1, 2, 3))
_TASK_ROWS = (
    ("Choose the colours", _WEB, True, 3, ["Feature"], 4.5, "2026-01-20T17:00:00.000Z"),
    ("Fix the basket", _WEB, None, 5, ["Bug"], 8, "2026-02-02T12:00:00.000Z"),
    ("Write the imprint", _WEB, None, 1, ["Chore"], 1, None),
    ("Sketch the screens", _APP, None, 4, ["Feature"], 16, "2026-04-15T09:30:00.000Z"),
    ("Register with the store", _APP, None, 2, ["Chore"], 2, None),
    (
        "Load last year's orders",
        _DATA,
        True,
        4,
        ["Feature", "Chore"],
        12,
        "2025-12-01T08:00:00.000Z",
    ),
    ("Find the missing rows", _DATA, None, 5, ["Bug"], 6.5, "2026-01-09T16:00:00.000Z"),
)


def _sales_pipeline() -> SampleBase:
    companies = _table(
        CRM_BASE,
        "Companies",
        "Companies",
        _field("Comp", 1, "Company", "singleLineText"),
        _field(
            "Comp", 2, "Industry", "singleSelect", choices=_choices("Retail", "Energy", "Health")
        ),
        _field("Comp", 3, "Employees", "number", precision=0),
        _field("Comp", 4, "Phone", "phoneNumber"),
    )
    contacts = _table(
        CRM_BASE,
        "Contacts",
        "Contacts",
        _field("Cont", 1, "Name", "singleLineText"),
        _field("Cont", 2, "Email", "email"),
        _field(
            "Cont",
            3,
            "Company",
            "multipleRecordLinks",
            linkedTableId=companies.id,
            isReversed=False,
            prefersSingleRecordLink=True,
        ),
        _field(
            "Cont", 4, "Stage", "singleSelect", choices=_choices("Lead", "Talks", "Won", "Lost")
        ),
        _field("Cont", 5, "Chance", "percent", precision=0),
    )
    return SampleBase(
        CRM_BASE,
        "Sales Pipeline",
        (
            (companies, _records(companies, "Comp", *_COMPANY_ROWS)),
            (contacts, _records(contacts, "Cont", *_CONTACT_ROWS)),
        ),
    )


_COMPANY_ROWS = (
    ("Northwind", "Retail", 340, "+1 555 0100"),
    ("Sunfield", "Energy", 85, "+1 555 0101"),
    ("Carewell", "Health", 1200, None),
)
_CONTACT_ROWS = (
    ("Ada Jensen", "ada@northwind.example", [record_id("Comp", 1)], "Talks", 0.4),
    ("Bo Larsen", "bo@sunfield.example", [record_id("Comp", 2)], "Won", 1),
    ("Cy Moreau", "cy@carewell.example", [record_id("Comp", 3)], "Lead", 0.1),
    ("Di Okafor", "di@northwind.example", [record_id("Comp", 1)], "Lost", 0),
)

SAMPLE_BASES = (_project_tracker(), _sales_pipeline())
