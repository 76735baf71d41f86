"""airtable-gateway in front of the emulator: bases, records, cache and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from airtable_emulator.samples import CRM_BASE, PROJECTS_BASE

from .airtable_gateway_fixtures import TASKS, calling, emulator_of, forget, token_of
from .running import Running, running
from .surroundings import Surroundings


@pytest.fixture(scope="module")
def token_file(surroundings: Surroundings) -> str:
    """The token that both sides use."""
    return token_of(surroundings)


@pytest.fixture(scope="module")
def emulator(surroundings: Surroundings, token_file: str) -> Iterator[Running]:
    """An emulator without a limit."""
    with emulator_of(surroundings, token_file) as started:
        yield started


@pytest.fixture(scope="module")
def gateway(surroundings: Surroundings, emulator: Running, token_file: str) -> Iterator[Running]:
    """A gateway that need not wait for turns."""
    variables = {"AIRTABLE_REQUESTS_PER_SECOND": "1000", "AIRTABLE_TOKEN_FILE": token_file}
    with running(
        surroundings, "airtable-gateway", AIRTABLE_API_URL=emulator.url, **variables
    ) as started:
        yield started


@pytest.fixture
def client(gateway: Running, surroundings: Surroundings) -> Iterator[httpx.Client]:
    """A service that calls the gateway, with nothing cached yet."""
    forget(surroundings)
    with calling(gateway, surroundings) as made:
        yield made


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [record["fields"]["Title"] for record in answer.json()["records"]]


def test_only_services_may_call(gateway: Running) -> None:
    for path in ("/bases", f"/bases/{PROJECTS_BASE}/tables", TASKS):
        for headers in ({}, {"X-API-Key": "wrong"}):
            answer = httpx.get(gateway.url + path, headers=headers, timeout=60)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


def test_bases_are_listed_and_cached_with_a_tag(client: httpx.Client) -> None:
    first, second = client.get("/bases"), client.get("/bases")
    assert first.json()["bases"][0] == {
        "id": PROJECTS_BASE,
        "name": "Project Tracker",
        "permission_level": "create",
    }
    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("miss", "hit")
    assert first.json() == second.json()
    same = client.get("/bases", headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_bases_and_schemas_are_cached_for_an_hour_and_records_for_five_minutes(
    client: httpx.Client, surroundings: Surroundings
) -> None:
    for path in ("/bases", f"/bases/{PROJECTS_BASE}/tables", TASKS):
        assert client.get(path).headers["X-Cache"] == "miss"
    with surroundings.redis_admin() as redis:
        for kind, count, seconds in (("schema", 2, 3600), ("records", 1, 300)):
            keys = list(redis.scan_iter(f"airtable-gateway:{kind}:*"))
            assert len(keys) == count
            assert all(seconds - 120 < int(str(redis.ttl(key))) <= seconds for key in keys)


def test_the_schema_of_a_base_and_of_a_table_is_given(client: httpx.Client) -> None:
    tables = client.get(f"/bases/{PROJECTS_BASE}/tables").json()["tables"]
    assert [table["name"] for table in tables] == ["Projects", "Tasks"]
    assert tables[1]["fields"][0] == {
        "id": "fldTask01Sample00",
        "name": "Title",
        "type": "singleLineText",
    }
    one = client.get(f"/bases/{PROJECTS_BASE}/tables/Tasks")
    assert (one.json(), one.headers["X-Cache"]) == (tables[1], "hit")
    missing = client.get(f"/bases/{PROJECTS_BASE}/tables/Nope")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "airtable_not_found")


def test_records_are_filtered_sorted_narrowed_and_paged(client: httpx.Client) -> None:
    query: dict[str, Any] = {
        "formula": "{Priority} > 3",
        "sort": ["-Priority", "Title"],
        "fields": ["Title"],
        "page_size": 3,
        "view": "Grid view",
    }
    first = client.get(TASKS, params=query)
    second = client.get(TASKS, params={**query, "offset": first.json()["offset"]})
    assert titles(first) + titles(second) == [
        "Find the missing rows",
        "Fix the basket",
        "Load last year's orders",
        "Sketch the screens",
    ]
    assert "offset" not in second.json()
    assert len(titles(client.get(TASKS, params={"max_records": 2}))) == 2


def test_a_table_may_be_named_by_id_or_by_name(client: httpx.Client) -> None:
    by_id = client.get(f"/bases/{PROJECTS_BASE}/tables/tblTasksSample000/records")
    assert titles(by_id) == titles(client.get(TASKS))


def test_a_record_goes_through_its_whole_life(client: httpx.Client) -> None:
    made = client.post(TASKS, json={"fields": {"Title": "one", "Priority": 2}})
    assert made.status_code == 201
    path = f"{TASKS}/{made.json()['id']}"
    assert client.get(path).json() == made.json()
    changed = client.patch(path, json={"fields": {"Done": True}}).json()
    assert (changed["fields"]["Priority"], changed["fields"]["Done"]) == (2, True)
    replaced = client.put(path, json={"fields": {"Title": "two"}}).json()
    assert "Priority" not in replaced["fields"]
    assert client.get(path).json() == replaced
    assert client.delete(path).json()["deleted"] is True
    assert client.get(path).status_code == 404


def test_many_records_are_written_in_chunks_of_ten(client: httpx.Client, gateway: Running) -> None:
    before = gateway.metric("airtable_requests_total")
    records = [{"fields": {"Title": f"many {number:02}"}} for number in range(25)]
    made = client.post(TASKS, json={"records": records}).json()["records"]
    assert [record["fields"]["Title"] for record in made] == [r["fields"]["Title"] for r in records]
    assert gateway.metric("airtable_requests_total") - before == 3
    changes = [{"id": record["id"], "fields": {"Priority": 4}} for record in made]
    changed = client.patch(TASKS, json={"records": changes}).json()["records"]
    assert {record["fields"]["Priority"] for record in changed} == {4}
    replaced = client.put(TASKS, json={"records": changes}).json()["records"]
    assert all("Title" not in record["fields"] for record in replaced)
    ids = [record["id"] for record in made]
    deleted = client.request("DELETE", TASKS, json={"records": ids}).json()["records"]
    assert [record["id"] for record in deleted] == ids


def test_an_upsert_of_a_record_without_its_key_is_refused(client: httpx.Client) -> None:
    body = {"key_fields": ["Title"], "records": [{"fields": {"Title": "a"}}, {"fields": {}}]}
    answer = client.post(f"{TASKS}/upsert", json=body)
    assert answer.status_code == 422
    assert "record 1 has no value of Title" in answer.json()["error"]["message"]


def test_an_upsert_tells_what_was_made_and_what_changed(client: httpx.Client) -> None:
    body = {"key_fields": ["Title"], "records": [{"fields": {"Title": "up", "Priority": 1}}]}
    first = client.post(f"{TASKS}/upsert", json=body).json()
    second = client.post(f"{TASKS}/upsert", json=body).json()
    assert first["created"] == second["updated"] == [second["records"][0]["id"]]
    assert client.delete(f"{TASKS}/{first['created'][0]}").status_code == 200


def test_a_chunk_that_fails_tells_how_many_records_were_written(client: httpx.Client) -> None:
    good = [{"fields": {"Title": "partly"}} for _ in range(10)]
    answer = client.post(TASKS, json={"records": [*good, {"fields": {"Nope": 1}}]})
    assert answer.status_code == 422
    message = answer.json()["error"]["message"]
    assert message.startswith("10 of 11 records were written") and "Nope" in message
    left = client.get(TASKS, params={"formula": "Title='partly'"}).json()["records"]
    assert len(left) == 10
    client.request("DELETE", TASKS, json={"records": [record["id"] for record in left]})


def test_a_write_makes_what_was_cached_of_its_base_forgotten(client: httpx.Client) -> None:
    other = f"/bases/{CRM_BASE}/tables/Companies/records"
    for path in (TASKS, other):
        assert client.get(path).headers["X-Cache"] == "miss"
        assert client.get(path).headers["X-Cache"] == "hit"
    made = client.post(TASKS, json={"fields": {"Title": "fresh"}}).json()
    by_id = client.get(f"/bases/{PROJECTS_BASE}/tables/tblTasksSample000/records")
    assert "fresh" in titles(by_id)
    after = client.get(TASKS)
    assert (after.headers["X-Cache"], "fresh" in titles(after)) == ("miss", True)
    assert client.get(other).headers["X-Cache"] == "hit"
    client.delete(f"{TASKS}/{made['id']}")
    assert "fresh" not in titles(client.get(TASKS))


def test_a_failed_write_makes_it_forgotten_too(client: httpx.Client) -> None:
    client.get(TASKS)
    assert client.post(TASKS, json={"fields": {"Nope": 1}}).status_code == 422
    assert client.get(TASKS).headers["X-Cache"] == "miss"


def test_a_new_select_option_shows_in_the_schema(client: httpx.Client) -> None:
    def options() -> list[str]:
        fields = client.get(f"/bases/{CRM_BASE}/tables/Companies").json()["fields"]
        return [choice["name"] for choice in fields[1]["options"]["choices"]]

    assert "Space" not in options()
    body = {"fields": {"Company": "Orbit", "Industry": "Space"}, "typecast": True}
    made = client.post(f"/bases/{CRM_BASE}/tables/Companies/records", json=body).json()
    assert "Space" in options()
    client.delete(f"/bases/{CRM_BASE}/tables/Companies/records/{made['id']}")


def test_a_list_that_changed_while_paging_starts_over_fresh(client: httpx.Client) -> None:
    first = client.get(TASKS, params={"page_size": 6})
    stale = client.get(TASKS, params={"page_size": 6, "offset": "itr00000000000000/recGone"})
    assert (stale.status_code, stale.json()["error"]["code"]) == (422, "airtable_invalid_request")
    assert "start over" in stale.json()["error"]["message"]
    again = client.get(TASKS, params={"page_size": 6})
    assert (again.headers["X-Cache"], titles(again)) == ("miss", titles(first))


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", f"/bases/{PROJECTS_BASE}/tables/Nope/records", None, 404, "airtable_not_found"),
        ("GET", "/bases/appNope/tables", None, 404, "airtable_not_found"),
        ("GET", f"{TASKS}/recNope", None, 404, "airtable_not_found"),
        ("GET", f"{TASKS}?formula=FOO(", None, 422, "airtable_invalid_request"),
        ("GET", f"{TASKS}?page_size=500", None, 422, "validation_error"),
        ("GET", f"{TASKS}?filter=x", None, 422, "validation_error"),
        ("GET", "/bases/app1%3Fx/tables", None, 422, "validation_error"),
        ("GET", f"/bases/{PROJECTS_BASE}/tables/%2e%2e/records", None, 404, "airtable_not_found"),
        ("POST", TASKS, {}, 422, "validation_error"),
        ("POST", TASKS, {"fields": {"Done": "maybe"}}, 422, "airtable_invalid_request"),
        ("PATCH", TASKS, {"records": [{"id": "x", "fields": {}}]}, 422, "validation_error"),
        ("GET", "/nothing", None, 404, "not_found"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_shape(
    client: httpx.Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["request_id"] == answer.headers["X-Request-ID"]


def test_without_redis_it_still_serves_and_says_so(
    surroundings: Surroundings, gateway: Running, client: httpx.Client
) -> None:
    surroundings.redis.stop()
    try:
        answer = client.get(TASKS)
        assert (answer.status_code, answer.headers["X-Cache"]) == (200, "miss")
        ready = client.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        assert gateway.metric("airtable_unshared_turns_total") >= 1
    finally:
        surroundings.redis.start()
    client.get(TASKS)
    assert client.get(TASKS).headers["X-Cache"] == "hit"


def test_what_was_written_while_redis_was_away_is_seen_when_it_is_back(
    surroundings: Surroundings, client: httpx.Client
) -> None:
    schema = f"/bases/{PROJECTS_BASE}/tables"
    assert "unseen" not in titles(client.get(TASKS))
    client.get(schema)
    assert [client.get(path).headers["X-Cache"] for path in (TASKS, schema)] == ["hit", "hit"]
    surroundings.redis.stop()
    try:
        body = {"fields": {"Title": "unseen"}, "typecast": True}
        made = client.post(TASKS, json=body)
        assert made.status_code == 201, made.text
    finally:
        surroundings.redis.start()
    assert client.get(schema).headers["X-Cache"] == "miss"
    assert "unseen" in titles(client.get(TASKS))
    client.delete(f"{TASKS}/{made.json()['id']}")
    assert "unseen" not in titles(client.get(TASKS))
