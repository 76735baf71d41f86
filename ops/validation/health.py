"""The health matrix: every service and store, from inside the platform's network."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import docker
from docker.errors import APIError, NotFound

from plan.deployment import DeployedService, DeployedStore, Deployment
from plan.names import Names

from .report import FAILED, PASSED, Check

TIMEOUT_SECONDS = 3
# A platform that has just started needs a moment until every connection stands.
SETTLE_SECONDS = 15.0
POLL_SECONDS = 0.25


def health_matrix(
    deployment: Deployment, slots: Mapping[str, str], engine: docker.DockerClient
) -> list[Check]:
    """Check all stores and services side by side. slots: the slot of each service."""
    names = deployment.names
    with ThreadPoolExecutor(max_workers=32) as pool:
        pending = [
            *(pool.submit(_settled, _Store(each, names, engine)) for each in deployment.stores),
            *(
                pool.submit(_settled, _Service(each, slots[each.service.name], names, engine))
                for each in deployment.services
                if each.service.name in slots
            ),
            pool.submit(_settled, _Router(names, engine)),
        ]
        return [future.result() for future in pending]


class _Probe:
    """Asks by a command in a container. name: of what is asked."""

    def __init__(
        self, name: str, container: str, command: list[str], engine: docker.DockerClient
    ) -> None:
        self.name, self._container = name, container
        self._command, self._engine = command, engine

    def ask(self) -> tuple[int, str]:
        """Return the exit code of the command and what it printed."""
        container = self._engine.containers.get(self._container)
        done = container.exec_run(self._command)
        output = done.output if isinstance(done.output, bytes) else b""
        return int(done.exit_code or 0), output.decode(errors="replace").strip()


class _Store(_Probe):
    def __init__(self, store: DeployedStore, names: Names, engine: docker.DockerClient) -> None:
        command = list(store.store.health_command)
        super().__init__(store.store.name, names.of(store.store.name), command, engine)


class _Router(_Probe):
    def __init__(self, names: Names, engine: docker.DockerClient) -> None:
        command = ["/usr/local/bin/healthcheck"]
        super().__init__("router", names.of("router"), command, engine)


class _Service(_Probe):
    def __init__(
        self, each: DeployedService, slot: str, names: Names, engine: docker.DockerClient
    ) -> None:
        service = each.service
        url = f"http://{service.name}-{slot}:{service.port}{service.ready_path}"
        command = ["curl", "-sS", "--fail-with-body", "--max-time", str(TIMEOUT_SECONDS), url]
        super().__init__(f"{service.name} ({slot})", names.of("router"), command, engine)


def _settled(probe: _Probe) -> Check:
    """Ask until it passes, for a limited time; the latency is that of the last question."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        check = _asked(probe)
        if check.result == PASSED or time.monotonic() > deadline:
            return check
        time.sleep(POLL_SECONDS)


def _asked(probe: _Probe) -> Check:
    started = time.perf_counter()
    try:
        code, output = probe.ask()
    except NotFound:
        code, output = 1, "its container is not there"
    except APIError as error:
        code, output = 1, str(error.explanation or error)
    return Check(
        kind="health",
        name=probe.name,
        result=PASSED if code == 0 else FAILED,
        latency_ms=round((time.perf_counter() - started) * 1000, 1),
        detail="" if code == 0 else failing(output),
    )


def failing(output: str) -> str:
    """Return what a failed answer says: the dependencies that are not healthy, or its end."""
    start = output.find("{")
    try:
        checks = json.loads(output[start : output.rfind("}") + 1]).get("checks", {})
    except (ValueError, AttributeError):
        checks = {}
    ill = [
        f"{k}: {v.get('reason', v['status'])}"
        for k, v in checks.items()
        if v["status"] != "healthy"
    ]
    return ", ".join(ill) or output[-200:].replace("\n", " ") or "no answer"
