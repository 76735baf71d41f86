"""The platform comes up, works, and a second `up` changes nothing."""

from __future__ import annotations

import json
import re
import subprocess

import httpx

from catalog import SERVICES

from .conftest import FRONTEND_PORT, GATEWAY_PORT
from .project import Project
from .users import me, register, sign_in


def test_the_calls_of_the_specification_work_from_the_host(gateway: httpx.Client) -> None:
    email = register(gateway)
    token = sign_in(gateway, email)
    assert me(gateway, email) == email
    validated = gateway.post("/api/v1/auth/validate", headers=token)
    assert validated.status_code == 200
    assert validated.json()["valid"] is True
    bases = gateway.get("/api/v1/airtable/bases", headers=token)
    assert bases.status_code == 200
    assert bases.json()["bases"]


def test_without_a_token_the_gateway_lets_nobody_in(gateway: httpx.Client) -> None:
    assert gateway.get("/api/v1/users/me").status_code == 401
    forged = {"X-User-ID": "x", "X-API-Key": "x", "X-User-Role": "admin"}
    assert gateway.get("/api/v1/users", headers=forged).status_code == 401


def test_a_second_up_changes_nothing(project: Project) -> None:
    again = project.up(check=True)
    assert re.search(r"Resources:\s+\d+ unchanged\s", again.output), again.output
    assert "Validation" not in again.output or "failed" not in again.output


def test_a_preview_shows_no_change(project: Project) -> None:
    shown = project.preview("--expect-no-changes")
    assert shown.ok, shown.output


def test_the_outputs_say_what_runs(project: Project) -> None:
    outputs = project.outputs()
    services = outputs["services"]
    assert isinstance(services, dict)
    running = project.containers()
    for name, each in services.items():
        container = running[f"{name}-{each['slot']}"]
        assert container.attrs["Config"]["Image"] == each["image"]
    assert set(services) == set(SERVICES)
    assert isinstance(outputs["release"], dict)
    assert outputs["endpoints"] == {
        "api-gateway": f"http://127.0.0.1:{GATEWAY_PORT}",
        "frontend": f"http://127.0.0.1:{FRONTEND_PORT}",
    }


def test_every_container_is_hardened(project: Project) -> None:
    for name, container in project.containers().items():
        if name.endswith("-writer"):
            continue
        host = container.attrs["HostConfig"]
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        assert host["NanoCpus"] > 0, name
        assert container.attrs["Config"]["User"].split(":")[0] not in ("", "0", "root"), name


def test_only_the_router_publishes_ports_and_only_on_the_loopback(project: Project) -> None:
    published = {
        name: binding
        for name, container in project.containers().items()
        for bindings in (container.attrs["HostConfig"]["PortBindings"] or {}).values()
        for binding in bindings
    }
    assert set(published) == {"router"}
    assert published["router"]["HostIp"] == "127.0.0.1"


def test_no_secret_is_seen_anywhere(project: Project) -> None:
    exported = json.loads(
        project.pulumi(
            "stack", "export", "--show-secrets", "--stack", project.stack, check=True
        ).output
    )
    values = {
        json.loads(resource["outputs"]["result"]["plaintext"])
        for resource in exported["deployment"]["resources"]
        if resource["type"] == "random:index/randomPassword:RandomPassword"
    }
    assert len(values) >= 10
    assert all(len(value) >= 43 for value in values)
    seen = {
        "the state": project.pulumi("stack", "export", "--stack", project.stack).output,
        "the preview": project.preview("--diff").output,
        "the outputs": json.dumps(project.outputs()),
        "the processes": subprocess.run(
            ["ps", "axww"], capture_output=True, text=True, check=True
        ).stdout,
    }
    for name, container in project.containers().items():
        seen[f"docker inspect {name}"] = json.dumps(container.attrs)
        seen[f"docker logs {name}"] = container.logs().decode(errors="replace")
    for file in (project.folder / ".state" / ".pulumi").rglob("*.json*"):
        seen[f"the file {file.name}"] = file.read_text()
    for place, text in seen.items():
        assert not [value for value in values if value in text], f"a secret is seen in {place}"
