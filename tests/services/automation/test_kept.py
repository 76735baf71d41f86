"""Workflows of automation-services as they are kept: whose they are, and who starts them."""

from __future__ import annotations

from typing import Any

import httpx

from ..automation_fixtures import (
    create,
    ended,
    newcomer,
    ran,
    start,
    step,
)
from ..people import Person, register
from ..surroundings import Surroundings


async def test_a_webhook_needs_its_token_and_nothing_else(
    client: httpx.AsyncClient, person: Person, surroundings: Surroundings
) -> None:
    echo = step("echo", "transform", values={"got": "{{ trigger.body }}"})
    made = await create(client, person.headers, echo, trigger={"type": "webhook"})
    answer = await client.post(f"/workflows/hooks/{made['hook_token']}", json={"a": [1]})
    assert answer.status_code == 202, answer.text
    path = f"/workflows/{made['id']}/executions/{answer.json()['execution_id']}"
    seen = await ended(client, person.headers, path)
    assert (seen["trigger"], seen["steps"][0]["output"]) == ("webhook", {"got": {"a": [1]}})
    read = await client.get(f"/workflows/{made['id']}", headers=person.headers)
    assert "hook_token" not in read.json()
    with surroundings.superuser() as link:
        row = link.execute(
            "SELECT w::text FROM automation.workflows w WHERE id = %s", (made["id"],)
        )
        assert made["hook_token"] not in str(row.fetchone())
    renewed = await client.post(f"/workflows/{made['id']}/hook-token", headers=person.headers)
    old = await client.post(f"/workflows/hooks/{made['hook_token']}")
    assert (old.status_code, old.json()["error"]["code"]) == (404, "hook_not_found")
    new = await client.post(f"/workflows/hooks/{renewed.json()['hook_token']}")
    assert new.status_code == 202
    large = await client.post(
        f"/workflows/hooks/{renewed.json()['hook_token']}", content=b'"' + b"x" * 70_000 + b'"'
    )
    assert large.status_code == 413


async def test_a_workflow_is_kept_changed_listed_and_removed(
    client: httpx.AsyncClient, person: Person
) -> None:
    made = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    path = f"/workflows/{made['id']}"
    body = {"name": "Other", "enabled": False, "steps": made["steps"], "trigger": made["trigger"]}
    changed = await client.put(path, json=body, headers=person.headers)
    assert (changed.json()["name"], changed.json()["enabled"]) == ("Other", False)
    disabled = await client.post(f"{path}/trigger", headers=person.headers)
    assert (disabled.status_code, disabled.json()["error"]["code"]) == (409, "workflow_disabled")
    listed = (await client.get("/workflows", headers=person.headers)).json()
    assert ([each["id"] for each in listed["workflows"]], listed["total"]) == ([made["id"]], 1)
    assert (await client.delete(path, headers=person.headers)).status_code == 204
    assert (await client.get(path, headers=person.headers)).status_code == 404


WRONG: tuple[dict[str, Any], ...] = (
    {"steps": []},
    {"steps": [step("a", "shell", command="ls")]},
    {"steps": [step("a", "transform", values={}), step("a", "transform", values={})]},
    {"steps": [step("a", "transform", values={"x": "{{ open"})]},
    {"steps": [step("a", "transform", values={"x": "\0"})]},
    {"steps": [step("a", "condition", expression="x", otherwise="goto", goto="a")]},
    {"steps": [step("a", "http", url="http://x", headers={"Host": "y"})]},
    {"trigger": {"type": "cron", "cron": "* * * * * *"}},
    {"trigger": {"type": "cron", "cron": "0 0 31 2 *"}},
    {"trigger": {"type": "cron", "cron": "R R * * *"}},
    {"trigger": {"type": "cron", "cron": "61 * * * *"}},
    {"trigger": {"type": "cron"}},
    {"name": ""},
    {"name": "\0"},
    {"surprise": 1},
)


async def test_a_definition_that_is_wrong_is_refused(
    client: httpx.AsyncClient, person: Person
) -> None:
    for wrong in WRONG:
        body = {"name": "A workflow", "steps": [step("a", "transform", values={"b": 1})], **wrong}
        answer = await client.post("/workflows", json=body, headers=person.headers)
        assert answer.status_code == 422, wrong
        assert answer.json()["error"]["code"] in ("validation_error", "invalid_cron")


async def test_another_tenant_sees_and_starts_no_workflow(
    client: httpx.AsyncClient, person: Person, surroundings: Surroundings
) -> None:
    stranger = newcomer(surroundings)
    made = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    path = f"/workflows/{made['id']}"
    execution = await start(client, person.headers, made)
    await ended(client, person.headers, execution)
    for method, target in [
        ("GET", path),
        ("DELETE", path),
        ("POST", f"{path}/trigger"),
        ("POST", f"{path}/hook-token"),
        ("GET", f"{path}/executions"),
        ("GET", execution),
        ("POST", f"{execution}/cancel"),
    ]:
        answer = await client.request(method, target, headers=stranger.headers)
        assert answer.status_code == 404, (method, target)
    assert (await client.get("/workflows", headers=stranger.headers)).json()["total"] == 0
    stolen = await ran(client, stranger.headers, step("read", "file", file_id=made["id"]))
    assert stolen["error"] == "Step read: There is no such file"
    with surroundings.as_role("automation_services") as link:
        for table in ("workflows", "executions", "step_runs"):
            assert link.execute(f"SELECT FROM automation.{table}").rowcount == 0


async def test_the_api_describes_every_route(client: httpx.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]
    operations = [
        (path, method, described)
        for path, methods in paths.items()
        for method, described in methods.items()
        if path.startswith(("/files", "/workflows"))
    ]
    assert len(operations) == 17
    for path, method, described in operations:
        good = next(code for code in described["responses"] if code.startswith("2"))
        assert good == "204" or "content" in described["responses"][good], (method, path)
        assert "401" in described["responses"]


async def test_whose_tenant_was_removed_is_told_so_and_not_of_an_accident(
    auth: httpx.AsyncClient, client: httpx.AsyncClient, surroundings: Surroundings
) -> None:
    gone = await register(auth)
    with surroundings.superuser() as link:
        link.execute("DELETE FROM auth.users WHERE id = %s", (gone.id,))
        link.execute("DELETE FROM tenants.tenants WHERE id = %s", (gone.tenant_id,))
    body = {"name": "w", "steps": [step("a", "transform", values={"x": 1})]}
    answer = await client.post("/workflows", json=body, headers=gone.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "gone_meanwhile")
