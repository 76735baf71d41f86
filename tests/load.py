"""Constant open-loop load on a gateway: what is asked does not wait for what is answered.

It goes to 127.0.0.1 only, and ends with its `with` block.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import secrets
import shutil
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

VEGETA = "github.com/tsenart/vegeta/v12@v12.12.0"
PASSWORD = "Test123!"
USERS = 8
# Passwords are hashed at a cost of some 30 ms of a core, so only a few of a hundred are of those.
REGISTER, LOGIN, ME, BASES = 1, 2, 57, 40
NANO_TO_MS = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request: when it was sent, as seconds since the epoch, and what came of it."""

    time: float
    method: str
    path: str
    code: int
    latency_ms: float
    error: str

    @property
    def failed(self) -> bool:
        """Whether it was not answered as it should have been."""
        return self.code not in (200, 201)


def vegeta(folder: Path) -> Path:
    """Return the load generator, built from its Go module on first use."""
    found = folder / "bin" / "vegeta"
    if not found.exists():
        go = shutil.which("go")
        assert go is not None, "The load generator is built with Go. Install Go."
        variables = os.environ | {"GOBIN": str(found.parent)}
        subprocess.run([go, "install", VEGETA], check=True, env=variables, capture_output=True)
    return found


class Load:
    """Sends requests to a gateway inside a `with` block; afterwards answers holds all of them.

    rate: requests a second. folder: for the generator and its results.
    """

    answers: list[Answer]

    def __init__(self, gateway_port: int, rate: int, folder: Path, program: Path) -> None:
        self._url = f"http://127.0.0.1:{gateway_port}/api/v1"
        self._rate, self._program = rate, program
        self._results = folder / f"load-{secrets.token_hex(4)}.bin"
        self.answers = []

    def __enter__(self) -> Self:
        targets = self._targets(self._signed_in())
        command = [str(self._program), "attack", "-lazy", "-format=json", f"-rate={self._rate}"]
        command += ["-duration=900s", "-timeout=30s", f"-output={self._results}"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        threading.Thread(target=self._feed, args=(targets,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)
        command = [str(self._program), "encode", "--to=json", str(self._results)]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        self.answers = sorted((_answer(json.loads(line)) for line in lines.splitlines()), key=_time)
        self._results.unlink()

    @property
    def failed(self) -> list[Answer]:
        """The requests that were not answered well."""
        return [each for each in self.answers if each.failed]

    def p99_ms(self, since: float = 0.0, until: float = float("inf")) -> float:
        """The 99th percentile of the answering time over a window."""
        times = sorted(each.latency_ms for each in self.answers if since <= each.time < until)
        return times[int(len(times) * 0.99)]

    def told(self) -> str:
        """Return in a line what came of the requests, with one that failed for each code."""
        codes = Counter(each.code for each in self.answers)
        examples = {each.code: each for each in reversed(self.failed)}
        return (
            f"{len(self.answers)} requests, {len(self.failed)} failed, "
            f"p99 {self.p99_ms():.0f} ms, codes {dict(sorted(codes.items()))}"
            f"{''.join(f'; {each}' for each in examples.values())}"
        )

    def _signed_in(self) -> list[tuple[str, str]]:
        with httpx.Client(base_url=self._url, timeout=30) as client:
            return [_user(client) for _ in range(USERS)]

    def _targets(self, users: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
        kinds = ["register"] * REGISTER + ["login"] * LOGIN + ["me"] * ME + ["bases"] * BASES
        # Spread evenly: 37 and 100 have no common divisor.
        ordered = [kinds[number * 37 % len(kinds)] for number in range(len(kinds))]
        for number, kind in enumerate(itertools.cycle(ordered)):
            email, token = users[number % len(users)]
            if kind == "register":
                yield self._post("register", f"load-{secrets.token_hex(8)}@example.com")
            elif kind == "login":
                yield self._post("login", email)
            else:
                path = "/users/me" if kind == "me" else "/airtable/bases"
                headers = {"Authorization": [f"Bearer {token}"]}
                yield {"method": "GET", "url": self._url + path, "header": headers}

    def _post(self, what: str, email: str) -> dict[str, Any]:
        body = json.dumps({"email": email, "password": PASSWORD}).encode()
        return {
            "method": "POST",
            "url": f"{self._url}/auth/{what}",
            "header": {"Content-Type": ["application/json"]},
            "body": base64.b64encode(body).decode(),
        }

    def _feed(self, targets: Iterator[dict[str, Any]]) -> None:
        assert self._process.stdin is not None
        try:
            for each in targets:
                self._process.stdin.write(json.dumps(each) + "\n")
        except (BrokenPipeError, ValueError):
            return


def _user(client: httpx.Client) -> tuple[str, str]:
    credentials = {"email": f"load-{secrets.token_hex(8)}@example.com", "password": PASSWORD}
    client.post("/auth/register", json=credentials).raise_for_status()
    answer = client.post("/auth/login", json=credentials).raise_for_status()
    return credentials["email"], answer.json()["access_token"]


def _answer(found: dict[str, Any]) -> Answer:
    return Answer(
        time=datetime.fromisoformat(found["timestamp"][:26].rstrip("Z")).timestamp(),
        method=found["method"],
        path=httpx.URL(found["url"]).path,
        code=found["code"],
        latency_ms=found["latency"] * NANO_TO_MS,
        error=found["error"] and f"{found['error']}: {base64.b64decode(found['body'] or '')!r}",
    )


def _time(answer: Answer) -> float:
    return answer.time
