"""The smoke tests of the specification, through the public address, as a throw-away user."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import httpx

from .report import FAILED, PASSED, SKIPPED, Check

PASSWORD = "Test123!"
TIMEOUT_SECONDS = 10


class Unexpected(Exception):
    """An answer was not the one that the specification asks for."""


class SmokeTests:
    """Five calls, in order; after one that fails the rest is skipped. The user is removed."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS)
        self._email = f"smoke-{secrets.token_hex(8)}@example.com"
        self._user_id: str | None = None
        self._headers: dict[str, str] = {}

    def run(self) -> list[Check]:
        """Make the calls and return how each went."""
        steps: dict[str, Callable[[], None]] = {
            "register": self._register,
            "login": self._login,
            "users/me": self._me,
            "auth/validate": self._validate,
            "airtable/bases": self._bases,
        }
        checks: list[Check] = []
        try:
            with self._client:
                for name, step in steps.items():
                    failed = next((c.name for c in checks if c.result == FAILED), None)
                    checks.append(_skipped(name, failed) if failed else _timed(name, step))
                if self._user_id is not None and self._headers:
                    checks.append(_timed("remove the user", self._remove))
        except httpx.HTTPError as error:
            checks.append(_failed("connection", str(error), 0.0))
        return checks

    def _register(self) -> None:
        body = {"email": self._email, "password": PASSWORD}
        answer = self._ask("POST", "/api/v1/auth/register", 201, json=body)
        self._user_id = answer["id"]

    def _login(self) -> None:
        body = {"email": self._email, "password": PASSWORD}
        answer = self._ask("POST", "/api/v1/auth/login", 200, json=body)
        self._headers = {"Authorization": f"Bearer {answer['access_token']}"}

    def _me(self) -> None:
        answer = self._ask("GET", "/api/v1/users/me", 200)
        if answer["email"] != self._email:
            raise Unexpected("the profile is another user's")

    def _validate(self) -> None:
        answer = self._ask("POST", "/api/v1/auth/validate", 200)
        if answer.get("valid") is not True or answer.get("user_id") != self._user_id:
            raise Unexpected("the token counts for nobody or for another user")

    def _bases(self) -> None:
        answer = self._ask("GET", "/api/v1/airtable/bases", 200)
        if not isinstance(answer.get("bases"), list):
            raise Unexpected("the answer holds no list of bases")

    def _remove(self) -> None:
        self._ask("DELETE", f"/api/v1/users/{self._user_id}", 204)

    def _ask(self, method: str, path: str, status: int, **options: Any) -> Any:
        answer = self._client.request(method, path, headers=self._headers, **options)
        if answer.status_code != status:
            raise Unexpected(f"{answer.status_code} instead of {status}: {_error(answer)}")
        return answer.json() if answer.content else None


def _timed(name: str, step: Callable[[], None]) -> Check:
    started = time.perf_counter()
    try:
        step()
    except (Unexpected, httpx.HTTPError, ValueError, KeyError) as error:
        reason = str(error) or type(error).__name__
        return _failed(name, reason, time.perf_counter() - started)
    latency = round((time.perf_counter() - started) * 1000, 1)
    return Check(kind="smoke", name=name, result=PASSED, latency_ms=latency)


def _failed(name: str, reason: str, seconds: float) -> Check:
    latency = round(seconds * 1000, 1)
    return Check(kind="smoke", name=name, result=FAILED, latency_ms=latency, detail=reason)


def _skipped(name: str, because: str) -> Check:
    detail = f"because {because} failed"
    return Check(kind="smoke", name=name, result=SKIPPED, latency_ms=0.0, detail=detail)


def _error(answer: httpx.Response) -> str:
    try:
        error = answer.json()["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return "an answer without our error's shape"
