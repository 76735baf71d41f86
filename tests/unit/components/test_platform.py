"""The program registers what the plan says, hardened, in order, with secrets kept secret."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
from docker import DockerClient
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks

from catalog import SERVICES
from components import gate as gates
from components import program, workload
from components.previous import Previous
from components.program import deploy
from components.progress import Progress
from ops.operations import Operations
from plan.content_hash import Tags
from plan.deployment import Deployment
from plan.generation import Generation
from plan.interruption import interruption
from plan.release import RELEASE, Pin
from plan.request import Request
from plan.resolve import resolve
from settings import load

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Recorded(Mocks):
    """Every registered resource, and the outputs of an earlier update."""

    outputs: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, MockResourceArgs] = field(default_factory=dict)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.resources[f"{args.typ}::{args.name}"] = args
        made = {"result": f"generated-{args.name}"} if "RandomPassword" in args.typ else {}
        return f"{args.name}-id", {**args.inputs, **made}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        return {"outputs": self.outputs}

    def of_type(self, kind: str) -> dict[str, MockResourceArgs]:
        suffix = f":{kind}"
        return {each.name: each for each in self.resources.values() if each.typ.endswith(suffix)}


def wanted(**overrides: object) -> Deployment:
    return resolve(load("dev", ROOT, overrides), "dev", ROOT)


def operate(deployment: Deployment, engine: DockerClient, progress: Progress) -> Operations:
    return Operations(deployment=deployment, engine=engine, progress=progress, root=ROOT)


def previewed(
    deployment: Deployment,
    outputs: dict[str, Any] | None = None,
    generations: Mapping[str, Generation] | None = None,
) -> tuple[Recorded, dict[str, Any]]:
    """Run the program as a preview does; return what it registered and its outputs.

    generations: how far this update takes the rotation of secrets.
    """
    mocks = Recorded(outputs=outputs or {})
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(mocks, project="pyairtable", stack="dev", preview=True)
    found: dict[str, Any] = {}

    @pulumi.runtime.test
    def run() -> Any:
        request = Request(generations=generations or {})
        exported = deploy(deployment, {"airtable-token": "pat-hidden"}, ROOT, operate, request)

        def keep(values: dict[str, Any]) -> None:
            found.update(values)

        return pulumi.Output.all(**exported).apply(keep)

    run()
    return mocks, found


@pytest.fixture(scope="module")
def first() -> tuple[Recorded, dict[str, Any]]:
    return previewed(wanted())


def test_one_slot_per_service_is_made_at_first(first: tuple[Recorded, dict[str, Any]]) -> None:
    containers = first[0].of_type("Container")
    slots = {name for name in containers if name.endswith(("-blue", "-green"))}
    assert slots == {f"{name}-blue" for name in SERVICES}
    assert {"postgres", "redis", "router", "backup", "migrations"} <= set(containers)


def test_component_types_are_of_the_projects_own_package(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    components = {
        each.typ for each in first[0].resources.values() if each.typ.startswith("pyairtable:")
    }
    assert components == {
        f"pyairtable:components:{name}"
        for name in (
            "Platform",
            "Phase",
            "Network",
            "Volume",
            "GeneratedSecret",
            "Image",
            "Database",
            "Cache",
            "Job",
            "Files",
            "Workload",
            "Service",
            "Router",
        )
    }


def test_every_container_but_the_writers_is_hardened(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    for name, each in first[0].of_type("Container").items():
        inputs = each.inputs
        assert inputs["capabilities"]["drops"] == ["ALL"], name
        assert inputs["securityOpts"] == ["no-new-privileges:true"], name
        if name.endswith("-writer"):
            assert inputs["capabilities"]["adds"] == ["CAP_CHOWN"], name
            assert inputs["networkMode"] == "none", name
            continue
        assert inputs["readOnly"] is True, name
        assert inputs["user"].split(":")[0] not in ("0", "root"), name
        assert inputs["memory"] == inputs["memorySwap"] > 0, name
        assert inputs["logOpts"] == {"max-size": "10m", "max-file": "3"}, name


def test_only_the_router_publishes_ports(first: tuple[Recorded, dict[str, Any]]) -> None:
    published = {n for n, each in first[0].of_type("Container").items() if each.inputs.get("ports")}
    assert published == {"router"}


def test_secrets_have_the_strength_of_the_specification(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    passwords = first[0].of_type("RandomPassword")
    lengths = {name: each.inputs["length"] for name, each in passwords.items()}
    assert (lengths["api-key"], lengths["jwt-secret"], lengths["redis-password"]) == (64, 86, 43)
    assert all(each.inputs["overrideSpecial"] == "-_" for each in passwords.values())
    assert "airtable-token" in passwords, "the emulator's token is generated"


def test_no_environment_or_label_holds_a_secret(first: tuple[Recorded, dict[str, Any]]) -> None:
    for name, each in first[0].of_type("Container").items():
        shown = {key: value for key, value in each.inputs.items() if key != "uploads"}
        assert "generated-" not in str(shown), name


def test_a_given_token_replaces_the_emulator() -> None:
    mocks, _ = previewed(wanted(airtableToken="pat-hidden"))
    assert "airtable-emulator-blue" not in mocks.of_type("Container")
    assert "airtable-token" not in mocks.of_type("RandomPassword")
    uploads = mocks.of_type("Container")["airtable-gateway-blue-secrets-writer"].inputs["uploads"]
    assert "pat-hidden" in str(uploads)
    rest = [each for name, each in mocks.resources.items() if "airtable-gateway" not in name]
    assert not any("pat-hidden" in str(each.inputs) for each in rest)


def test_data_volumes_follow_the_settings(first: tuple[Recorded, dict[str, Any]]) -> None:
    volumes = first[0].of_type("Volume")
    names = {each.inputs["name"] for each in volumes.values() if "name" in each.inputs}
    assert {
        "pyairtable-dev-postgres-data",
        "pyairtable-dev-redis-data",
        "pyairtable-dev-backups",
        "pyairtable-dev-router-state",
    } <= names


def test_the_outputs_are_those_that_are_documented(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    page = (ROOT / "docs" / "outputs.md").read_text()
    assert set(first[1]) == {
        "outputsVersion",
        "endpoints",
        "networks",
        "services",
        "release",
        "releases",
        "containers",
        "health",
    }
    assert all(f"`{name}`" in page for name in first[1])
    assert first[1]["endpoints"] == {
        "api-gateway": "http://127.0.0.1:8080",
        "frontend": "http://127.0.0.1:3000",
    }


def test_a_changed_service_takes_the_idle_slot_and_the_old_one_stays(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    changed = wanted(services={"auth-service": {"logLevel": "ERROR"}})
    mocks, outputs = previewed(changed, first[1])
    containers = mocks.of_type("Container")
    assert {"auth-service-blue", "auth-service-green"} <= set(containers)
    assert "user-service-green" not in containers
    assert "LOG_LEVEL=ERROR" in containers["auth-service-green"].inputs["envs"]
    assert "LOG_LEVEL=INFO" in containers["auth-service-blue"].inputs["envs"]
    assert outputs["services"]["auth-service"]["slot"] == "green"
    assert outputs["services"]["user-service"]["slot"] == "blue"
    assert len(outputs["releases"]) in (1, 2)


def test_an_update_waits_for_the_slot_that_is_to_serve_and_not_for_the_other_one(
    first: tuple[Recorded, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[str] = []

    def noted(container: Any, name: str, *given: Any) -> gates.Gate:
        waited.append(name)
        return gates.gate(container, name, *given)

    monkeypatch.setattr(workload, "gate", noted)
    changed = wanted(services={"auth-service": {"logLevel": "ERROR"}})
    mocks, _ = previewed(changed, first[1])
    assert "auth-service-blue" in mocks.of_type("Container")
    assert "auth-service-green" in waited
    assert "auth-service-blue" not in waited
    assert "user-service-blue" in waited


def test_an_unchanged_stack_keeps_its_release(first: tuple[Recorded, dict[str, Any]]) -> None:
    _, outputs = previewed(wanted(), first[1])
    assert outputs["release"] == first[1]["release"]
    assert RELEASE.validate_python(outputs["release"]).slots["auth-service"] == "blue"


def test_a_secret_under_rotation_has_two_values_and_the_slot_that_serves_keeps_its_own(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    accepted = {"number": 2, "stage": "accepted", "since": "2026-01-01T00:00:00+00:00"}
    release = {**first[1]["release"], "generations": {"api-key": accepted}}
    mocks, outputs = previewed(wanted(), {**first[1], "release": release})
    lengths = {n: each.inputs["length"] for n, each in mocks.of_type("RandomPassword").items()}
    assert (lengths["api-key"], lengths["api-key-2"]) == (64, 64)
    assert "jwt-secret-2" not in lengths
    containers = mocks.of_type("Container")
    assert "generated-api-key-2" in str(containers["auth-service-green-secrets-writer"].inputs)
    assert "generated-api-key-2" not in str(containers["auth-service-blue-secrets-writer"].inputs)
    assert outputs["services"]["auth-service"]["slot"] == "green"
    assert outputs["services"]["gemini-emulator"]["slot"] == "blue"
    assert outputs["release"]["generations"] == {"api-key": accepted}


def test_migrations_that_returned_with_the_data_stay_whatever_the_source_says(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    old = replace(wanted().migrations, image="pyairtable/migrations:0000000000aa")
    pin = RELEASE.validate_python(first[1]["release"])
    held = replace(pin, pins={"migrations": Pin(container=old, since="", reason="rollback")})
    outputs = {**first[1], "release": RELEASE.dump_python(held, mode="json")}
    mocks, found = previewed(wanted(), outputs)
    containers = mocks.of_type("Container")
    assert containers["migrations"].inputs["image"] == old.image
    assert f"BACKUP_BEFORE={old.image}" in containers["backup"].inputs["envs"]
    assert found["release"]["pins"]["migrations"]["container"]["image"] == old.image


def test_images_of_the_source_and_of_every_kept_release_stay(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    release = RELEASE.validate_python(first[1]["release"])
    older = {**release.summary(), "id": "0", "schemaImage": "pyairtable/migrations:0000000000aa"}
    before = Previous(release=release, releases=(release.summary(), older), containers={})
    stay = program._images(wanted(), before, release)
    assert {Tags(ROOT)[name] for name in ("base", "python", "router", "frontend")} <= stay
    assert older["schemaImage"] in stay
    few = wanted(release={"keptReleases": 2})
    oldest = {**older, "id": "00", "schemaImage": "pyairtable/migrations:0000000000bb"}
    before = Previous(release=release, releases=(release.summary(), older, oldest), containers={})
    assert oldest["schemaImage"] not in program._images(few, before, release)


def test_only_a_new_release_names_the_backups_that_stay(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    release = RELEASE.validate_python(first[1]["release"])
    older = {**release.summary(), "id": "0", "backup": "a.dump"}
    before = Previous(release=release, releases=(release.summary(), older), containers={})
    assert program._backups(wanted(), before, release) is None
    assert program._backups(wanted(), before, replace(release, id="2")) == ("a.dump",)
    one = wanted(release={"keptReleases": 2})
    assert program._backups(one, before, replace(release, id="2")) == ()


def test_only_an_update_with_other_migrations_makes_a_backup_for_its_record(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    release = RELEASE.validate_python(first[1]["release"])
    before = Previous(release=release, releases=(), containers={})
    assert not program._migrates(before, release)
    assert program._migrates(before, replace(release, schema_image="other:1"))
    assert not program._migrates(replace(before, release=None), release)


def test_a_changed_store_is_announced_by_the_preview(
    first: tuple[Recorded, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", told.append)
    monkeypatch.setattr(pulumi.log, "warn", told.append)
    changed = wanted(stores={"redis": {"limits": {"memoryMiB": 256}}})
    previewed(changed, first[1])
    assert told == [str(interruption(RELEASE.validate_python(first[1]["release"]), changed))]
    previewed(replace(changed, allow_downtime=False), first[1])
    assert told[1].startswith("The update will be refused. Stack dev is in production")


def test_a_changed_configuration_does_not_replace_the_router(
    first: tuple[Recorded, dict[str, Any]],
) -> None:
    deployment = wanted()
    files = {path: f"{text}\n" for path, text in deployment.router.files.items()}
    changed = replace(deployment, router=replace(deployment.router, files=files))
    mocks, _ = previewed(changed, first[1])
    before, after = (each.of_type("Container") for each in (first[0], mocks))
    assert after["router"].inputs == before["router"].inputs
    writer = "router-etc-haproxy-writer"
    assert after[writer].inputs["uploads"] != before[writer].inputs["uploads"]


def test_an_update_of_a_stack_that_another_checkout_holds_ends_before_it_touches_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Refused:
        def claim(self, known: set[str]) -> str:
            assert known == {"pyairtable-dev-router"}
            return "This engine holds stack dev of another checkout."

    held: Any = Refused()
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: False)
    monkeypatch.setattr(program.engine, "host", lambda: "")
    monkeypatch.setattr(program.engine, "client", lambda _: None)
    monkeypatch.setattr(program, "names_in_state", lambda: {"pyairtable-dev-router"})
    monkeypatch.setattr(program.orphans, "remove", lambda *_: pytest.fail("it removed"))
    before, progress = Previous(release=None, releases=(), containers={}), Progress(live=None)
    with pytest.raises(pulumi.RunError, match="of another checkout"):
        program._operations(wanted(), before, {}, lambda *_: held, progress, instant=False)
