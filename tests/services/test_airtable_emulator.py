"""airtable-emulator, asked by the real pyairtable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from airtable_emulator.samples import CRM_BASE, PROJECTS_BASE
from pyairtable import Api
from pyairtable.api.table import Table
from pyairtable.formulas import AND, GTE, Field, match

from .running import Running, running, until_ready
from .surroundings import Surroundings

TOKEN = "patTest.0123456789"
UNKNOWN = [{"id": "recNo", "fields": {}}]


@pytest.fixture(scope="module")
def token_file(surroundings: Surroundings) -> str:
    """The emulator's token, in a file."""
    file = surroundings.secrets / "airtable-token"
    file.write_text(TOKEN)
    return str(file)


@pytest.fixture(scope="module")
def emulator(surroundings: Surroundings, token_file: str) -> Iterator[Running]:
    """An emulator without a limit."""
    variables = {"AIRTABLE_TOKEN_FILE": token_file, "REQUESTS_PER_SECOND": "0"}
    with running(surroundings, "airtable-emulator", **variables) as started:
        until_ready(started)
        yield started


@pytest.fixture
def api(emulator: Running) -> Api:
    """The real client."""
    return Api(TOKEN, endpoint_url=emulator.url, retry_strategy=None)


@pytest.fixture
def tasks(api: Api) -> Iterator[Table]:
    """The sample tasks; what a test adds is removed."""
    table = api.table(PROJECTS_BASE, "Tasks")
    before = {record["id"] for record in table.all()}
    yield table
    table.batch_delete([r["id"] for r in table.all() if r["id"] not in before])


def titles(records: list[Any]) -> list[str]:
    return [record["fields"]["Title"] for record in records]


def refusal(error: pytest.ExceptionInfo[requests.HTTPError]) -> tuple[int, Any]:
    response = error.value.response
    body = response.json()["error"]
    return response.status_code, body if isinstance(body, str) else body["type"]


def test_the_bases_and_their_schema_are_read(api: Api) -> None:
    bases = {base.id: base for base in api.bases()}
    assert set(bases) == {PROJECTS_BASE, CRM_BASE}
    assert bases[PROJECTS_BASE].permission_level == "create"
    schema = bases[PROJECTS_BASE].schema().table("Tasks")
    assert schema.field(schema.primary_field_id).name == "Title"
    assert schema.field("Project").type == "multipleRecordLinks"
    assert schema.view("Grid view").type == "grid"
    assert "schema.bases:read" in api.whoami()["scopes"]


def test_records_are_paged_through_and_limited(tasks: Table) -> None:
    pages = list(tasks.iterate(page_size=3))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert titles([r for page in pages for r in page]) == titles(tasks.all())
    assert len(tasks.all(max_records=4, page_size=3)) == 4


def test_records_are_filtered_sorted_and_narrowed(tasks: Table) -> None:
    formula = AND(GTE(Field("Priority"), 4), match({"Done": False}))
    found = tasks.all(formula=formula, sort=["-Priority", "Title"], fields=["Title"])
    assert titles(found) == ["Find the missing rows", "Fix the basket", "Sketch the screens"]
    assert all(set(record["fields"]) == {"Title"} for record in found)
    assert titles(tasks.all(formula="{Project} = 'Mobile app'", sort=["Title"]))[0].startswith(
        "Reg"
    )


def test_a_formula_too_long_for_an_address_is_sent_as_a_body(tasks: Table) -> None:
    wanted = tasks.all()[0]["id"]
    ids = [wanted] + [f"rec{number:014}" for number in range(800)]
    formula = "OR(" + ",".join(f"RECORD_ID()='{each}'" for each in ids) + ")"
    assert [record["id"] for record in tasks.all(formula=formula)] == [wanted]


def test_a_record_is_created_updated_replaced_and_deleted(tasks: Table) -> None:
    made = tasks.create({"Title": "New", "Labels": ["Bug"], "Due": "2026-05-01T10:00:00Z"})
    assert made["fields"]["Summary"] == "New"
    changed = tasks.update(made["id"], {"Done": True, "Labels": None})
    assert changed["fields"]["Summary"] == "New (done)"
    assert "Labels" not in changed["fields"]
    replaced = tasks.update(made["id"], {"Title": "Other"}, replace=True)
    assert set(replaced["fields"]) == {"Title", "Summary", "Created"}
    assert tasks.get(made["id"]) == replaced
    assert tasks.delete(made["id"]) == {"id": made["id"], "deleted": True}
    with pytest.raises(requests.HTTPError) as error:
        tasks.get(made["id"])
    assert refusal(error) == (404, "NOT_FOUND")


def test_batches_of_any_size_are_written(tasks: Table) -> None:
    made = tasks.batch_create([{"Title": f"b{number}"} for number in range(23)])
    assert titles(made) == [f"b{number}" for number in range(23)]
    changed = tasks.batch_update([{"id": r["id"], "fields": {"Priority": 2}} for r in made])
    assert {record["fields"]["Priority"] for record in changed} == {2}
    assert len(tasks.batch_delete([record["id"] for record in made])) == 23


def test_a_batch_is_all_or_nothing(tasks: Table) -> None:
    with pytest.raises(requests.HTTPError):
        tasks.batch_create([{"Title": "atomic"}, {"Title": "atomic", "Priority": "many"}])
    assert tasks.all(formula=match({"Title": "atomic"})) == []


def test_an_upsert_changes_what_matches_and_makes_the_rest(tasks: Table) -> None:
    kept = tasks.create({"Title": "up1"})
    records: list[dict[str, Any]] = [
        {"fields": {"Title": "up2"}},
        {"fields": {"Title": "up1", "Priority": 3}},
    ]
    done = tasks.batch_upsert(records, key_fields=["Title"])
    assert done["updatedRecords"] == [kept["id"]]
    assert len(done["createdRecords"]) == 1
    assert titles(done["records"]) == ["up2", "up1"]
    tasks.create({"Title": "up1"})
    with pytest.raises(requests.HTTPError) as error:
        tasks.batch_upsert(records, key_fields=["Title"])
    assert refusal(error) == (422, "INVALID_RECORDS")


def test_typecast_makes_a_select_option_that_stays(api: Api, tasks: Table) -> None:
    tasks.create({"Title": "t", "Labels": ["Novel"]}, typecast=True)
    choices = api.base(PROJECTS_BASE).schema().table("Tasks").field("Labels").options.choices  # type: ignore[union-attr]
    assert [choice.name for choice in choices].count("Novel") == 1
    assert tasks.create({"Title": "u", "Labels": ["Novel"]})["fields"]["Labels"] == ["Novel"]


def test_automatic_numbers_go_up_and_deleting_unlinks(api: Api, tasks: Table) -> None:
    projects = api.table(PROJECTS_BASE, "Projects")
    first, second = projects.batch_create([{"Name": "p1"}, {"Name": "p2"}])
    assert second["fields"]["Number"] == first["fields"]["Number"] + 1
    task = tasks.create({"Title": "linked", "Project": [first["id"], second["id"]]})
    projects.delete(first["id"])
    assert tasks.get(task["id"])["fields"]["Project"] == [second["id"]]
    projects.delete(second["id"])
    assert "Project" not in tasks.get(task["id"])["fields"]


def test_fields_may_be_named_by_id(tasks: Table) -> None:
    made = tasks.create({"fldTask01Sample00": "by id"}, use_field_ids=True)
    assert made["fields"]["fldTask01Sample00"] == "by id"


@pytest.mark.parametrize(
    ("table", "call", "expected"),
    [
        ("Tasks", lambda t: t.create({"Nope": 1}), (422, "UNKNOWN_FIELD_NAME")),
        ("Tasks", lambda t: t.create({"Done": "x"}), (422, "INVALID_VALUE_FOR_COLUMN")),
        ("Tasks", lambda t: t.create({"Summary": "x"}), (422, "INVALID_VALUE_FOR_COLUMN")),
        ("Tasks", lambda t: t.create({"Labels": ["?"]}), (422, "INVALID_MULTIPLE_CHOICE_OPTIONS")),
        ("Tasks", lambda t: t.create({"Project": ["recNo"]}), (422, "ROW_DOES_NOT_EXIST")),
        ("Tasks", lambda t: t.update("recNo", {}), (404, "NOT_FOUND")),
        ("Tasks", lambda t: t.delete("recNo"), (404, "NOT_FOUND")),
        ("Tasks", lambda t: t.batch_update(UNKNOWN), (422, "ROW_DOES_NOT_EXIST")),
        ("Tasks", lambda t: t.all(formula="FOO("), (422, "INVALID_FILTER_BY_FORMULA")),
        ("Tasks", lambda t: t.all(formula="{Zed}"), (422, "INVALID_FILTER_BY_FORMULA")),
        ("Tasks", lambda t: t.all(view="Other"), (422, "VIEW_NAME_NOT_FOUND")),
        ("Tasks", lambda t: t.all(page_size=101), (422, "INVALID_REQUEST_UNKNOWN")),
        ("Nope", lambda t: t.all(), (403, "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND")),
    ],
)  # fmt: skip
def test_what_airtable_refuses_is_refused(
    api: Api, table: str, call: Any, expected: tuple[int, str]
) -> None:
    with pytest.raises(requests.HTTPError) as error:
        call(api.table(PROJECTS_BASE, table))
    assert refusal(error) == expected


def test_an_unknown_base_route_or_token_is_refused(api: Api, emulator: Running) -> None:
    with pytest.raises(requests.HTTPError) as error:
        api.table("appNope", "x").all()
    assert refusal(error) == (404, "NOT_FOUND")
    authorized = {"Authorization": f"Bearer {TOKEN}"}
    assert httpx.get(f"{emulator.url}/v1/x", headers=authorized, timeout=60).json() == {
        "error": "NOT_FOUND"
    }
    broken = httpx.post(f"{emulator.url}/v0/a/b", headers=authorized, content=b"{", timeout=60)
    assert (broken.status_code, broken.json()["error"]["type"]) == (400, "INVALID_REQUEST_BODY")
    for wrong in ("", "Bearer nope", "Basic x"):
        answer = httpx.get(
            f"{emulator.url}/v0/meta/bases", headers={"Authorization": wrong}, timeout=60
        )
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "AUTHENTICATION_REQUIRED"


def test_while_the_token_is_changed_both_are_taken(emulator: Running, token_file: str) -> None:
    also = Path(f"{token_file}-also")
    other = {"Authorization": "Bearer patOther.0123456789"}
    bases = f"{emulator.url}/v0/meta/bases"
    assert httpx.get(bases, headers=other, timeout=60).status_code == 401
    also.write_text("patOther.0123456789")
    try:
        for token in (TOKEN, "patOther.0123456789"):
            answer = httpx.get(bases, headers={"Authorization": f"Bearer {token}"}, timeout=60)
            assert answer.status_code == 200
    finally:
        also.unlink()


def test_samples_are_put_in_once_and_stay_as_they_were_left(
    surroundings: Surroundings, token_file: str, api: Api
) -> None:
    contacts = api.table(CRM_BASE, "Contacts")
    gone = contacts.all()[-1]
    contacts.delete(gone["id"])
    with running(surroundings, "airtable-emulator", AIRTABLE_TOKEN_FILE=token_file) as again:
        until_ready(again)
        assert gone["id"] not in [record["id"] for record in contacts.all()]
        assert again.stop() == 0


def test_the_sixth_request_in_a_second_is_refused_for_a_while(
    surroundings: Surroundings, token_file: str
) -> None:
    variables = {"AIRTABLE_TOKEN_FILE": token_file, "PENALTY_SECONDS": "0.5"}
    with running(surroundings, "airtable-emulator", **variables) as limited:
        until_ready(limited)
        with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
            url = f"{limited.url}/v0/{PROJECTS_BASE}/Tasks"
            answers = [client.get(url) for _ in range(6)]
            assert [a.status_code for a in answers] == [200] * 5 + [429]
            assert answers[-1].json()["errors"][0]["error"] == "RATE_LIMIT_REACHED"
            assert client.get(f"{limited.url}/v0/{CRM_BASE}/Companies").status_code == 200
            time.sleep(1.1)
            assert client.get(url).status_code == 200


def test_a_wrong_setting_ends_the_start_with_a_sentence(surroundings: Surroundings) -> None:
    process = surroundings.start_program("airtable-emulator", PORT="0", AIRTABLE_TOKEN_FILE="/no")
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "AIRTABLE_TOKEN_FILE" in output and "PORT" in output
    assert "Traceback" not in output
