"""The router asks the other server again where that is safe, and no write runs twice."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.models.containers import Container

from catalog.router_config import RELEASE_KEY_FILE, RoutedService, render_router_config

from .project import Project

SERVER = Path(__file__).with_name("counting_server.py")
SERVICE, PORT = "counter", 9000
SECONDS = 60


@dataclass(frozen=True)
class Routed:
    """Our router before two servers, each with half of the traffic."""

    router: Container
    servers: dict[str, Container]

    def ask(self, method: str, path: str, user: str) -> tuple[str, str, str]:
        """Send a request from inside; return its id, the status and the body."""
        request = f"request-{secrets.token_hex(8)}"
        command = ["curl", "-sS", "-w", " %{http_code}", "--max-time", "60", "-X", method]
        for name, value in {
            "Host": SERVICE,
            "X-User-ID": user,
            "X-Request-ID": request,
        }.items():
            command += ["-H", f"{name}: {value}"]
        done = self.router.exec_run([*command, f"http://127.0.0.1:{PORT}{path}"])
        body, _, status = done.output.decode().rpartition(" ")
        return request, status, body

    def user_of(self, slot: str) -> str:
        """Return a user whose requests this server is given."""
        users = (f"user-{number}" for number in range(200))
        return next(user for user in users if self.ask("GET", "/where", user)[2] == slot)

    def ran(self, request: str) -> list[str]:
        """Return the servers that were given a request, each as often as it was."""
        return [
            slot
            for slot, server in self.servers.items()
            for _ in range(server.logs().decode().count(request))
        ]

    def whole(self) -> None:
        """Let both servers run, and wait until the router finds them."""
        for server in self.servers.values():
            server.start()
        deadline = time.monotonic() + SECONDS
        while not self._found():
            assert time.monotonic() < deadline
            time.sleep(0.2)
        command = ["/usr/local/bin/traffic", "set", f"{SERVICE}:blue=50,green=50"]
        assert self.router.exec_run(command).exit_code == 0

    def _found(self) -> bool:
        shown: Any = self.router.exec_run(["/usr/local/bin/traffic"])
        if shown.exit_code != 0:
            return False
        slots = json.loads(shown.output)["services"][SERVICE].values()
        return all(each["state"] == "UP" for each in slots)


@pytest.fixture(scope="module")
def image(project: Project) -> str:
    """The router's image, which the shared deployment has built."""
    return str(project.containers()["router"].attrs["Config"]["Image"])


@pytest.fixture(scope="module")
def routed(image: str) -> Iterator[Routed]:
    """A router of its own, beside the shared deployment, on a network of its own."""
    client = docker.from_env()
    name = f"pyairtable-test-{secrets.token_hex(4)}"
    network = client.networks.create(name, internal=True)
    made: list[Container] = []
    try:
        for each in ("blue", "green", "router"):
            made.append(_made(image, f"{name}-{each}", each))
            network.connect(made[-1], aliases=[f"{SERVICE}-{each}"])
        *servers, router = made
        config = render_router_config([RoutedService(name=SERVICE, port=PORT)])
        _put(router, {"/etc/haproxy/haproxy.cfg": config, RELEASE_KEY_FILE: "key"})
        router.start()
        yield Routed(router, dict(zip(("blue", "green"), servers, strict=True)))
    finally:
        for container in made:
            container.remove(force=True)
        network.remove()


def _made(image: str, name: str, what: str) -> Container:
    command = None if what == "router" else ["python3", "-c", SERVER.read_text(), what]
    tmpfs = {"/run/haproxy": "mode=1777,uid=10004,gid=10004"}
    return docker.from_env().containers.create(image, command, name=name, tmpfs=tmpfs, init=True)


def _put(container: Container, files: dict[str, str]) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode = len(text.encode()), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    container.put_archive("/", packed.getvalue())


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_run_twice_is_answered_by_the_other_server(routed: Routed, method: str) -> None:
    routed.whole()
    request, status, body = routed.ask(method, "/dies", routed.user_of("green"))
    assert (status, body) == ("200", "blue")
    assert sorted(routed.ran(request)) == ["blue", "green"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_whose_server_dies_over_it_runs_once_and_fails(routed: Routed, method: str) -> None:
    routed.whole()
    request, status, _ = routed.ask(method, "/dies", routed.user_of("green"))
    assert status == "502"
    assert routed.ran(request) == ["green"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_never_reached_a_dead_server_is_answered_by_the_other_one(
    routed: Routed, method: str
) -> None:
    routed.whole()
    user = routed.user_of("green")
    routed.servers["green"].kill()
    for _ in range(5):
        request, status, body = routed.ask(method, "/where", user)
        assert (status, body) == ("200", "blue")
        assert routed.ran(request) == ["blue"]
