"""The services as processes: start, logs, errors, stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyairtable_shared.server import GRACE_SECONDS

from .people import PASSWORD, new_email
from .stores import free_port
from .surroundings import ROOT, Surroundings, run_program


class Running:
    """A service's process, a client of it, and what it logged."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.lines = process, list[str]()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    def wait_healthy(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 120
        while True:
            try:
                assert self.client.get("/health").status_code == 200
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.lines
                assert time.monotonic() < deadline, self.lines
                time.sleep(0.05)

    def stop(self) -> int:
        """Ask it to stop; return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; return the exit code."""
        code = self.process.wait(120)
        self._reader.join()
        return code

    def logged(self) -> list[dict[str, Any]]:
        """Return the log lines; each must be a JSON object."""
        return [json.loads(line) for line in self.lines]


@contextmanager
def _running(process: subprocess.Popen[str], port: int) -> Iterator[Running]:
    running = Running(process, port)
    try:
        running.wait_healthy()
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        running.ended()
        running.client.close()


@contextmanager
def slow_service(seconds: float, **variables: str) -> Iterator[Running]:
    """Run the service with a slow route."""
    port = free_port()
    packages = os.pathsep.join(str(ROOT / name) for name in ("services", "services/shared"))
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("slow_service.py")), str(seconds)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": packages, "PORT": str(port), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with _running(process, port) as running:
        yield running


@contextmanager
def auth_service(surroundings: Surroundings, **variables: str) -> Iterator[Running]:
    """Run auth-service."""
    port = free_port()
    process = surroundings.start_program("auth-service", PORT=str(port), **variables)
    with _running(process, port) as running:
        running.client.headers["X-API-Key"] = surroundings.secret("api-key")
        yield running


def test_asked_to_stop_it_says_so_answers_what_it_took_and_exits_with_0() -> None:
    with slow_service(3, DRAIN_SECONDS="1") as service, ThreadPoolExecutor() as pool:
        slow = pool.submit(service.client.get, "/slow")
        time.sleep(0.3)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        ready = service.client.get("/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "stopping")
        assert ready.headers["connection"] == "close"
        assert service.client.get("/health").status_code == 200
        time.sleep(1.2)
        with pytest.raises(httpx.ConnectError):
            service.client.get("/health")
        assert slow.result().json() == {"done": True}
        assert service.ended() == 0


def test_idle_it_stops_long_before_requests_in_flight_would_be_cut_off() -> None:
    with slow_service(0, DRAIN_SECONDS="0.5") as service:
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < GRACE_SECONDS / 2


def test_a_second_signal_ends_the_draining() -> None:
    with slow_service(0, DRAIN_SECONDS="10") as service:
        service.process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        started = time.monotonic()
        assert service.stop() == 0
        assert time.monotonic() - started < 8


def test_an_unforeseen_error_tells_the_caller_nothing_and_the_log_where() -> None:
    with slow_service(0, DRAIN_SECONDS="0") as service:
        answer = service.client.get("/broken", headers={"X-Request-ID": "my-request.1"})
        assert answer.status_code == 500
        assert answer.headers["x-request-id"] == "my-request.1"
        assert answer.json() == {
            "error": {
                "code": "internal_error",
                "message": "Something went wrong on our side",
                "request_id": "my-request.1",
            }
        }
        metrics = service.client.get("/metrics").text
        assert service.stop() == 0
    error = next(line for line in service.logged() if line["level"] == "error")
    assert error["request_id"] == "my-request.1"
    assert any("slow_service.py" in place for place in error["where"])
    assert "a-secret-value" not in "".join(service.lines)
    assert (
        'http_requests_total{method="GET",route="/broken",service="slow-service",status="500"} 1.0'
        in metrics
    )


def test_an_error_in_the_middle_of_an_answer_cuts_it_off() -> None:
    with slow_service(0, DRAIN_SECONDS="0") as service:
        with pytest.raises(httpx.RemoteProtocolError):
            service.client.get("/stream")
        assert service.client.get("/health").status_code == 200


def test_a_strange_request_id_is_not_taken_over() -> None:
    with slow_service(0, DRAIN_SECONDS="0") as service:
        for strange in ("a b", "x" * 129, '{"a":1}'):
            answer = service.client.get("/nothing", headers={"X-Request-ID": strange})
            assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]
            assert len(answer.headers["x-request-id"]) == 32


def test_log_lines_are_as_specified_and_hold_no_secret(surroundings: Surroundings) -> None:
    email = new_email()
    credentials = {"email": email, "password": PASSWORD}
    with auth_service(surroundings, LOG_LEVEL="DEBUG", DRAIN_SECONDS="0") as service:
        registered = service.client.post("/auth/register", json=credentials).json()
        tokens = service.client.post("/auth/login", json=credentials).json()
        header = {"Authorization": f"Bearer {tokens['access_token']}"}
        service.client.post("/auth/validate", headers=header)
        service.client.post("/auth/login", json={"email": email, "password": "Wrong-Password-1"})
        service.client.post("/auth/login", json={"email": "broken", "password": "Wrong-Password-1"})
        service.client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert service.stop() == 0
    text = "".join(service.lines)
    known = [PASSWORD, "Wrong-Password-1", tokens["access_token"], tokens["refresh_token"], email]
    known += [file.read_text() for file in surroundings.secrets.iterdir()]
    assert not [value for value in known if value in text]
    requests = [line for line in service.logged() if line["message"] == "request"]
    assert [line["route"] for line in requests] == [
        "/auth/register", "/auth/login", "/auth/validate", "/auth/login", "/auth/login",
        "/auth/refresh",
    ]  # fmt: skip
    for line in requests:
        assert set(line) >= {"timestamp", "level", "service", "request_id", "duration_ms"}
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta(0)
        assert line["service"] == "auth-service"
    assert [line.get("user_id") for line in requests[1:3]] == [registered["id"]] * 2


def test_with_both_stores_away_it_lives_says_503_and_stops_well(
    surroundings: Surroundings,
) -> None:
    nowhere = {"POSTGRES_PORT": str(free_port()), "REDIS_PORT": str(free_port())}
    with auth_service(surroundings, DRAIN_SECONDS="0", **nowhere) as service:
        ready = service.client.get("/ready")
        assert ready.status_code == 503
        assert {name: check["status"] for name, check in ready.json()["checks"].items()} == {
            "postgres": "unhealthy",
            "redis": "unhealthy",
        }
        time.sleep(2)
        assert service.client.get("/health").json() == {
            "status": "healthy",
            "service": "auth-service",
            "version": "1.2.3",
        }
        assert service.stop() == 0


def test_a_wrong_environment_is_told_as_a_whole(surroundings: Surroundings) -> None:
    empty = surroundings.secrets / "empty"
    empty.write_text("\n")
    environment = surroundings.environment("auth-service") | {
        "PORT": "80000",
        "LOG_LEVEL": "LOUD",
        "POSTGRES_HOST": "",
        "API_KEY_FILE": "/nowhere/api-key",
        "JWT_SECRET_FILE": str(empty),
    }
    for service in ("auth_service", "user_service"):
        done = run_program(service, environment=environment)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        wrong = {line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]}
        expected = {"PORT", "LOG_LEVEL", "POSTGRES_HOST", "API_KEY_FILE"}
        assert wrong == (expected | {"JWT_SECRET_FILE"} if service == "auth_service" else expected)
