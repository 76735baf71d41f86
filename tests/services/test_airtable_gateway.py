"""airtable-gateway in front of the emulator: cache, turns, retries, errors."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from airtable_emulator.samples import CRM_BASE, PROJECTS_BASE

from .running import Running, running, until_ready
from .surroundings import Surroundings

TOKEN = "patGateway.0123456789"
TASKS = f"/bases/{PROJECTS_BASE}/tables/Tasks/records"


@pytest.fixture(scope="module")
def token_file(surroundings: Surroundings) -> str:
    """The token that both sides use."""
    file = surroundings.secrets / "airtable-token-of-gateway"
    file.write_text(TOKEN)
    return str(file)


@pytest.fixture(scope="module")
def emulator(surroundings: Surroundings, token_file: str) -> Iterator[Running]:
    """An emulator without a limit."""
    variables = {"AIRTABLE_TOKEN_FILE": token_file, "REQUESTS_PER_SECOND": "0"}
    with running(surroundings, "airtable-emulator", **variables) as started:
        until_ready(started)
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


def forget(surroundings: Surroundings) -> None:
    with surroundings.redis_admin() as redis:
        for key in redis.scan_iter("airtable-gateway:*"):
            redis.delete(key)


def calling(gateway: Running, surroundings: Surroundings) -> httpx.Client:
    headers = {"X-API-Key": surroundings.secret("api-key")}
    return httpx.Client(base_url=gateway.url, headers=headers, timeout=30)


def titles(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [record["fields"]["Title"] for record in answer.json()["records"]]


def test_only_services_may_call(gateway: Running) -> None:
    for path in ("/bases", f"/bases/{PROJECTS_BASE}/tables", TASKS):
        for headers in ({}, {"X-API-Key": "wrong"}):
            answer = httpx.get(gateway.url + path, headers=headers)
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


def test_without_a_token_it_lives_and_says_what_is_missing(surroundings: Surroundings) -> None:
    with (
        running(surroundings, "airtable-gateway", AIRTABLE_TOKEN_FILE="/no/such") as started,
        calling(started, surroundings) as client,
    ):
        assert client.get("/health").json()["status"] == "healthy"
        assert client.get("/ready").status_code == 200
        for answer in (client.get("/bases"), client.get(TASKS), client.delete(f"{TASKS}/rec1")):
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "airtable_not_configured"
        assert started.stop() == 0


def test_a_wrong_token_is_told_and_a_right_one_works_without_a_restart(
    surroundings: Surroundings, emulator: Running
) -> None:
    file = surroundings.secrets / "rotating-token"
    file.write_text("patWrong.x")
    forget(surroundings)
    variables = {"AIRTABLE_API_URL": emulator.url, "AIRTABLE_TOKEN_FILE": str(file)}
    with (
        running(surroundings, "airtable-gateway", **variables) as started,
        calling(started, surroundings) as client,
    ):
        refused = client.get("/bases")
        assert refused.status_code == 502
        assert refused.json()["error"]["code"] == "airtable_token_rejected"
        file.write_text(TOKEN)
        assert client.get("/bases").status_code == 200
        assert not any("patWrong" in line or TOKEN in line for line in started.output)


def test_airtable_away_is_told_quickly(surroundings: Surroundings, token_file: str) -> None:
    forget(surroundings)
    variables = {"AIRTABLE_API_URL": "http://127.0.0.1:9", "AIRTABLE_TOKEN_FILE": token_file}
    with (
        running(surroundings, "airtable-gateway", **variables) as started,
        calling(started, surroundings) as client,
    ):
        answer = client.get("/bases")
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "airtable_unreachable")


@contextlib.contextmanager
def two_gateways(
    surroundings: Surroundings, token_file: str, **variables: str
) -> Iterator[tuple[httpx.Client, httpx.Client, Running]]:
    """Two replicas before an emulator that counts like Airtable."""
    forget(surroundings)
    with contextlib.ExitStack() as stack:
        limited = stack.enter_context(
            running(
                surroundings,
                "airtable-emulator",
                AIRTABLE_TOKEN_FILE=token_file,
                PENALTY_SECONDS="1.5",
            )
        )
        until_ready(limited)
        given = {"AIRTABLE_API_URL": limited.url, "AIRTABLE_TOKEN_FILE": token_file, **variables}
        replicas = [
            stack.enter_context(running(surroundings, "airtable-gateway", **given))
            for _ in range(2)
        ]
        clients = [stack.enter_context(calling(each, surroundings)) for each in replicas]
        yield clients[0], clients[1], limited


def test_replicas_together_keep_to_five_requests_a_second(
    surroundings: Surroundings, token_file: str
) -> None:
    with (
        two_gateways(surroundings, token_file) as (one, two, limited),
        ThreadPoolExecutor(20) as threads,
    ):
        started = time.monotonic()
        asked = [
            threads.submit((one, two)[number % 2].get, TASKS, params={"page_size": number + 1})
            for number in range(16)
        ]
        assert [each.result().status_code for each in asked] == [200] * 16
        assert time.monotonic() - started > 3.0
        listed = {"route": "/v0/{base_id}/{table}", "method": "GET"}
        assert limited.metric("http_requests_total", **listed, status="200") == 16
        assert limited.metric("http_requests_total", **listed) == 16


def test_a_429_of_airtable_is_waited_out(surroundings: Surroundings, token_file: str) -> None:
    variables = {"AIRTABLE_PENALTY_SECONDS": "1.6"}
    with two_gateways(surroundings, token_file, **variables) as (client, _, limited):
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{limited.url}/v0/{PROJECTS_BASE}/Tasks"
        assert 429 in [httpx.get(url, headers=headers).status_code for _ in range(6)]
        started = time.monotonic()
        assert client.post(TASKS, json={"fields": {"Title": "patient"}}).status_code == 201
        assert time.monotonic() - started >= 1.4
        found = client.get(TASKS, params={"formula": "Title='patient'"}).json()["records"]
        assert len(found) == 1
        client.delete(f"{TASKS}/{found[0]['id']}")


def test_a_turn_too_far_away_is_refused_with_the_time_to_wait(
    surroundings: Surroundings, token_file: str
) -> None:
    variables = {"AIRTABLE_LONGEST_WAIT": "0.5", "AIRTABLE_PENALTY_SECONDS": "20"}
    with two_gateways(surroundings, token_file, **variables) as (one, two, _):
        answers = [one.get(TASKS, params={"page_size": number + 1}) for number in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert answers[-1].json()["error"]["code"] == "airtable_rate_limited"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert two.get(TASKS, params={"page_size": 50}).status_code == 429


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
