"""What the gateway costs: the same request through it and straight to the service behind it.

Load stays on the loopback of one container: the generator joins that container's network.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
from docker.models.containers import Container

from tests.engine.platform.project import Project
from tests.engine.platform.users import register, sign_in

from .report import Figure

# Open-loop load generator, from its Go module.
VEGETA = "github.com/tsenart/vegeta/v12@v12.12.0"
SECONDS = 10
CONNECTIONS = 16
RATE = 200
SHARE_AT_LEAST = 0.6
P99_AT_MOST_MS = 25.0
NANO_TO_MS = 1e-6


def measure(project: Project, port: int, folder: Path) -> list[Figure]:
    """Compare GET /users/me through the gateway with the user-service asked directly."""
    vegeta = _vegeta(folder)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        headers = sign_in(client, register(client))
        user = client.get("/api/v1/users/me", headers=headers).json()
    gateway, service = _serving(project, "api-gateway"), _serving(project, "user-service")
    read: Any = service.exec_run(["cat", "/run/secrets/api-key"]).output
    key = read.decode().strip()
    direct = {"X-API-Key": key, "X-User-ID": user["user_id"], "X-Tenant-ID": user["tenant_id"]}
    through = ("http://127.0.0.1:8080/api/v1/users/me", headers)
    straight = ("http://127.0.0.1:8002/users/me", direct)
    rates = {"gateway": 0.0, "service": 0.0}
    for _ in range(2):
        for name, container, target in (
            ("gateway", gateway, through),
            ("service", service, straight),
        ):
            found = _attack(vegeta, container, target, rate=0)
            rates[name] = max(rates[name], found["throughput"])
    quiet = _attack(vegeta, gateway, through, rate=RATE)
    return [
        Figure(name="users/me through the gateway", value=rates["gateway"], unit="requests/s"),
        Figure(name="users/me, service directly", value=rates["service"], unit="requests/s"),
        Figure(
            name="gateway over service",
            value=rates["gateway"] / rates["service"],
            unit="ratio",
            at_least=SHARE_AT_LEAST,
        ),
        Figure(
            name=f"gateway p99 at {RATE} requests/s",
            value=quiet["latencies"]["99th"] * NANO_TO_MS,
            unit="ms",
            at_most=P99_AT_MOST_MS,
        ),
        Figure(name="gateway answered well", value=quiet["success"], unit="share", at_least=1.0),
    ]


def _vegeta(folder: Path) -> Path:
    found = folder / "bin" / "vegeta"
    if not found.exists():
        go = shutil.which("go")
        if go is None:
            raise SystemExit(
                "The gateway's bench needs Go, to build its load generator. Install Go."
            )
        variables = os.environ | {"GOBIN": str(found.parent)}
        subprocess.run([go, "install", VEGETA], check=True, env=variables)
    return found


def _serving(project: Project, service: str) -> Container:
    containers = project.containers()
    slots: Any = project.outputs()["services"]
    return containers[f"{service}-{slots[service]['slot']}"]


def _attack(
    vegeta: Path, container: Container, target: tuple[str, dict[str, str]], rate: int
) -> dict[str, Any]:
    """Send requests for some seconds, at a rate or, with 0, as fast as they are answered."""
    url, headers = target
    lines = [f"GET {url}", *(f"{name}: {value}" for name, value in headers.items())]
    command = ["nsenter", "--net", f"--target={container.attrs['State']['Pid']}", str(vegeta)]
    command += ["attack", f"-duration={SECONDS}s", f"-rate={rate}"]
    command += [f"-max-workers={CONNECTIONS}"] if rate == 0 else []
    attack = subprocess.run(
        command, input="\n".join(lines).encode(), capture_output=True, check=True
    )
    report = subprocess.run(
        [str(vegeta), "report", "-type=json"], input=attack.stdout, capture_output=True, check=True
    )
    found: dict[str, Any] = json.loads(report.stdout)
    return found
