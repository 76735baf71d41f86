"""Services as processes of their own, and a stand-in for the services behind the gateway."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import httpx
import uvicorn
from starlette.types import ASGIApp

from .stores import free_port
from .surroundings import Surroundings

PATIENCE = 120.0


@dataclass
class Running:
    """A service's process. output: what it has written so far."""

    name: str
    url: str
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)

    def stop(self) -> int:
        """Stop it as a deployment does; return its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)

    def metric(self, name: str, **labels: str) -> float:
        """Return the sum of the samples of a metric that have these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        lines = httpx.get(f"{self.url}/metrics", timeout=PATIENCE).text.splitlines()
        samples = [line.rpartition(" ") for line in lines if line.startswith(name)]
        return sum(float(value) for key, _, value in samples if all(w in key for w in wanted))


@contextlib.contextmanager
def running(surroundings: Surroundings, service: str, **variables: str) -> Iterator[Running]:
    """Run a service on a free port until the end of the block."""
    with begun(surroundings, service, **variables) as started:
        until_healthy(started)
        yield started


@contextlib.contextmanager
def begun(surroundings: Surroundings, service: str, **variables: str) -> Iterator[Running]:
    """Begin to run a service, so that several start at once; until_healthy waits for each."""
    port = free_port()
    given = {"PORT": str(port), "DRAIN_SECONDS": "0.1", **variables}
    process = surroundings.start_program(service, **given)
    started = Running(service, f"http://127.0.0.1:{port}", process)
    reader = threading.Thread(target=_collect, args=(started,), daemon=True)
    reader.start()
    try:
        yield started
    finally:
        process.kill()
        process.wait(PATIENCE)
        reader.join(PATIENCE)


def _collect(started: Running) -> None:
    assert started.process.stdout is not None
    for line in started.process.stdout:
        started.output.append(line)


def until_healthy(*those: Running) -> None:
    """Wait until services answer."""
    for started in those:
        _until_healthy(started)


def _until_healthy(started: Running) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and started.process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{started.url}/health").status_code == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{started.name} did not start:\n{''.join(started.output)}")


def until_ready(started: Running) -> None:
    """Wait until a service says that it is ready."""
    deadline = time.monotonic() + PATIENCE
    while httpx.get(f"{started.url}/ready", timeout=PATIENCE).status_code != 200:
        assert time.monotonic() < deadline, "".join(started.output)
        time.sleep(0.05)


@contextlib.contextmanager
def served(app: ASGIApp, lifespan: Literal["on", "off"] = "off") -> Iterator[str]:
    """Serve an application in a thread; give its URL. lifespan: whether it starts and ends."""
    port = free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="warning", lifespan=lifespan
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(PATIENCE)
