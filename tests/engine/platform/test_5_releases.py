"""New versions under constant load: no request is lost, and what is bad goes back by itself."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from plan.content_hash import Tags
from tests.load import Load

from .project import Project
from .versions import BAD, remove_versions, version

# What two cores carry beside the deployment itself.
RATE = 60
AUTH = "auth-service"
# Those that only traffic or a test tells from good ones; that a bad start fails an update is
# tested without load, too.
SHORT = ("fails 20 % of requests", "wrong answers")


@pytest.fixture(scope="module")
def releasing(project: Project) -> Iterator[Project]:
    """The shared deployment; its configuration and images are put back afterwards."""
    settings = project.folder / ".state" / "stacks" / f"Pulumi.{project.stack}.yaml"
    before = settings.read_text()
    for key, value in {"pauseSeconds": 3, "guardSeconds": 2, "keptReleases": 10}.items():
        project.set(f"release.{key}", str(value))
    # As for users: an update gives way to what serves.
    project.variables["PYAIRTABLE_NICE"] = "10"
    yield project
    del project.variables["PYAIRTABLE_NICE"]
    settings.write_text(before)
    project.platformctl("unpin")
    assert project.up().ok
    remove_versions()


def slot(project: Project, service: str = AUTH) -> str:
    services: Any = project.outputs()["services"]
    return str(services[service]["slot"])


def image(project: Project, service: str = AUTH) -> str:
    services: Any = project.outputs()["services"]
    return str(services[service]["image"])


def weights(project: Project, service: str = AUTH) -> dict[str, int]:
    shown: Any = project.containers()["router"].exec_run(["/usr/local/bin/traffic"]).output
    services = json.loads(shown)["services"]
    return {name: each["weight"] for name, each in services[service].items()}


def source_image(project: Project) -> str:
    """The image that the source says, whatever a test has set before."""
    return Tags(project.folder)[AUTH]


def test_a_release_of_the_gateway_and_auth_loses_no_request(releasing: Project, load: Load) -> None:
    before = slot(releasing), slot(releasing, "api-gateway")
    # Another level each time that this runs.
    level = "ERROR" if before[0] == "blue" else "WARNING"
    for service in (AUTH, "api-gateway"):
        releasing.set(f"services.{service}.logLevel", level)
    preview = releasing.preview(check=True)
    assert "Release of auth-service, api-gateway" in preview.output
    assert "promoted after 8 s" in preview.output
    with load:
        time.sleep(3)
        ended = releasing.up()
        time.sleep(1)
    print(load.told())
    assert ended.ok, ended.output
    assert load.failed == []
    assert (slot(releasing), slot(releasing, "api-gateway")) != before
    assert weights(releasing)[slot(releasing)] == 100


def test_a_rollback_is_at_once_loses_no_request_and_stays(releasing: Project, load: Load) -> None:
    bad, other = slot(releasing), slot(releasing, "user-service")
    # An edit of another service that waits in the source; it is no part of a rollback.
    releasing.set("services.user-service.logLevel", "ERROR")
    with load:
        time.sleep(2)
        started = time.monotonic()
        rollback = releasing.start(
            "python", "-m", "ops.cli", "rollback", AUTH, "--stack", releasing.stack
        )
        while weights(releasing)[bad]:
            # Two seconds when nothing else runs; the benchmark holds it to that.
            assert time.monotonic() - started < 60
        seconds = time.monotonic() - started
        output, _ = rollback.communicate(timeout=300)
    print(f"traffic was back after {seconds:.1f} s; {load.told()}")
    assert rollback.returncode == 0, output
    assert load.failed == []
    assert slot(releasing) != bad
    assert slot(releasing, "user-service") == other

    again = releasing.up(check=True)
    assert "Release of user-service" in again.output
    assert f"{AUTH} is pinned" in again.output
    assert f"platformctl unpin {AUTH}" in again.output
    assert slot(releasing) != bad


def test_an_unpinned_service_follows_the_source_again(releasing: Project) -> None:
    pinned = slot(releasing)
    ended = releasing.platformctl("unpin", AUTH)
    assert ended.ok, ended.output
    assert slot(releasing) != pinned
    assert releasing.platformctl("unpin", AUTH).code == 2


def test_images_are_released_without_editing_files_and_any_kept_one_is_returned_to(
    releasing: Project, load: Load
) -> None:
    original = image(releasing)
    first = releasing.outputs()["release"]
    for number in range(3):
        made = version(original, f"auth-service:{number}")
        ended = releasing.platformctl("release", AUTH, "--image", made)
        assert ended.ok, ended.output
        assert image(releasing) == made
    assert isinstance(first, dict)
    with load:
        started = time.monotonic()
        ended = releasing.platformctl("rollback", "--to", first["id"])
        seconds = time.monotonic() - started
    print(f"three back after {seconds:.1f} s; {load.told()}")
    assert ended.ok, ended.output
    assert image(releasing) == original
    assert load.failed == []

    listed = releasing.run(
        "bash", "-c", f". ./activate; python -m ops.cli releases --json -s {releasing.stack}"
    )
    found = json.loads(listed.output[listed.output.index("[") :])
    assert found[0]["returnedTo"] == first["id"]
    assert found[1]["return"] == "instantly"
    assert {each["return"] for each in found} <= {"live", "instantly", "redeploy"}
    different = releasing.platformctl("diff", found[0]["id"], found[1]["id"])
    assert "pyairtable-test/auth-service:2" in different.output


@pytest.mark.parametrize(
    "fault", [each if each in SHORT else pytest.param(each, marks=pytest.mark.long) for each in BAD]
)
def test_a_bad_version_goes_back_by_itself_and_hardly_anybody_sees_it(
    releasing: Project, load: Load, fault: str
) -> None:
    before, weight = image(releasing), weights(releasing)
    configured = releasing.folder / ".state" / "stacks" / f"Pulumi.{releasing.stack}.yaml"
    bad = version(source_image(releasing), f"auth-service:bad-{list(BAD).index(fault)}", BAD[fault])
    releasing.set("health.gateTimeoutSeconds", "15")
    settings = configured.read_text()
    with load:
        time.sleep(1)
        ended = releasing.platformctl("release", AUTH, "--image", bad)
        time.sleep(1)
    print(f"{fault}: {load.told()}")
    assert ended.code == 1
    assert "Traceback" not in ended.output
    assert "auth-service" in ended.output
    assert image(releasing) == before
    assert configured.read_text() == settings
    assert f"`platformctl release {AUTH} --image {bad} " in ended.output
    assert weights(releasing) == weight
    # The first step gives it a tenth of what goes to this service.
    assert len(load.failed) <= 0.1 * len(load.answers)
    if fault not in ("fails 20 % of requests", "slow"):
        assert load.failed == []


def test_after_bad_versions_a_good_one_is_released(releasing: Project) -> None:
    good = version(source_image(releasing), "auth-service:good")
    ended = releasing.platformctl("release", AUTH, "--image", good)
    assert ended.ok, ended.output
    assert image(releasing) == good


def test_a_shift_is_paused_and_aborted_from_elsewhere(releasing: Project) -> None:
    before = weights(releasing)
    made = version(source_image(releasing), "auth-service:paused")
    update = releasing.start(
        "python", "-m", "ops.cli", "release", AUTH, "--image", made, "--stack", releasing.stack
    )
    deadline = time.monotonic() + 90
    while not releasing.platformctl("pause").ok:
        assert time.monotonic() < deadline
    time.sleep(6)
    held = weights(releasing)
    assert held != before
    share = f"({AUTH} blue {held['blue']} %, green {held['green']} %)"
    assert f"is being shifted, paused {share}" in releasing.platformctl("status").output
    refused = releasing.platformctl("rollback")
    assert refused.code == 4
    assert "platformctl abort" in refused.output
    assert weights(releasing) == held
    assert releasing.platformctl("resume").ok
    assert releasing.platformctl("pause").ok
    assert releasing.platformctl("abort").ok
    output, _ = update.communicate(timeout=120)
    assert update.returncode == 1
    assert "aborted" in output
    assert weights(releasing) == before
    assert releasing.platformctl("pause").code == 2


def test_an_interrupted_release_puts_traffic_back_before_it_ends(releasing: Project) -> None:
    before = weights(releasing)
    made = version(source_image(releasing), "auth-service:interrupted")
    update = releasing.start(
        "python", "-m", "ops.cli", "release", AUTH, "--image", made, "--stack", releasing.stack
    )
    moved(releasing, before)
    os.kill(update.pid, signal.SIGINT)
    output, _ = update.communicate(timeout=60)
    assert update.returncode == 5, output
    assert weights(releasing) == before


@pytest.mark.parametrize("seconds", [1, pytest.param(4, marks=pytest.mark.long)])
def test_a_killed_release_serves_on_and_the_next_one_converges(
    releasing: Project, load: Load, seconds: int
) -> None:
    before = weights(releasing)
    made = version(source_image(releasing), f"auth-service:killed-{seconds}")
    with load:
        update = releasing.start(
            "python", "-m", "ops.cli", "release", AUTH, "--image", made, "--stack", releasing.stack
        )
        moved(releasing, before)
        time.sleep(seconds)
        kill_with_descendants(update.pid)
        update.wait(60)
        time.sleep(1)
        ended = releasing.platformctl("release", AUTH, "--image", made)
    print(load.told())
    assert ended.ok, ended.output
    assert load.failed == []
    assert image(releasing) == made
    assert weights(releasing)[slot(releasing)] == 100
    assert sum(weights(releasing).values()) == 100


def moved(project: Project, before: dict[str, int]) -> None:
    """Wait until some traffic has moved."""
    deadline = time.monotonic() + 90
    while weights(project) == before:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def kill_with_descendants(root: int) -> None:
    """Kill a process and all that it started, in whatever sessions they are."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    for process in found:
        os.kill(process, signal.SIGKILL)
