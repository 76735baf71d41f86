"""The smoke tests of the specification, through the public address, as a throw-away user."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from .report import FAILED, PASSED, SKIPPED, Check

PASSWORD = "Test123!"
TIMEOUT_SECONDS = 10
SETTLE_SECONDS = 5.0
AGAIN_SECONDS = 0.5
REMOVE = "remove the user"


class Unexpected(Exception):
    """An answer was not the one that the specification asks for."""


class Unavailable(Unexpected):
    """The gateway does not reach a service at the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """Slots that the router is to take for these calls, whatever their traffic.

    slots: by service. key: which the router asks for.
    """

    slots: Mapping[str, str]
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers that say so."""
        chosen = ",".join(f"{name}={slot}" for name, slot in sorted(self.slots.items()))
        return {"X-Release-Key": self.key, "X-Release-Slots": chosen}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call: its name, method and path, and what to do with it."""

    name: str
    target: str
    run: Callable[[], None]


def smoke_tests(
    base_url: str,
    email: str | None = None,
    settle_seconds: float = SETTLE_SECONDS,
    pinned: Pinned | None = None,
) -> list[Check]:
    """Make the calls in order against base_url and return how each went.

    pinned: which slots are to answer; else those that have the traffic.

    After one that fails the rest is skipped. For the first settle_seconds a call whose
    service is not reached is made again, and its check tells so: what has just started is reached
    through circuit breakers that are still open. The user, whose email may be given, is
    removed whatever happened; the last check says how that went.
    """
    deadline = time.monotonic() + settle_seconds
    chosen = pinned.headers if pinned else {}
    with httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS, headers=chosen) as client:
        user = _User(client, email or new_email())
        checks: list[Check] = []
        try:
            for step in user.steps():
                failed = next((each.name for each in checks if not each.passed), None)
                checks.append(_skipped(step, failed) if failed else _done(step, deadline))
        finally:
            removal = user.removal(deadline)
        return [*checks, *removal]


def new_email() -> str:
    """Return the address of a user that nobody else has."""
    return f"smoke-{secrets.token_hex(8)}@example.com"


class _User:
    def __init__(self, client: httpx.Client, email: str) -> None:
        self._client, self._email = client, email
        self._asked_to_register = False
        self._user_id: str | None = None
        self._headers: dict[str, str] = {}

    def steps(self) -> list[Step]:
        return [
            Step(name="register", target="POST /api/v1/auth/register", run=self._register),
            Step(name="login", target="POST /api/v1/auth/login", run=self._login),
            Step(name="own profile", target="GET /api/v1/users/me", run=self._me),
            Step(name="validate token", target="POST /api/v1/auth/validate", run=self._validate),
            Step(name="Airtable bases", target="GET /api/v1/airtable/bases", run=self._bases),
        ]

    def removal(self, deadline: float) -> list[Check]:
        """Remove the user if there may be one; no check when there is none."""
        if not self._asked_to_register:
            return []
        step = Step(name=REMOVE, target="DELETE /api/v1/users/{id}", run=self._remove)
        return [_done(step, deadline)]

    def _register(self) -> None:
        try:
            answer = self._ask("POST", "/api/v1/auth/register", 201, json=self._credentials())
        except httpx.ConnectError:
            raise
        except (Unexpected, httpx.HTTPError):
            # It may have been made although the answer got lost.
            self._asked_to_register = True
            raise
        self._asked_to_register = True
        self._user_id = _text(answer, "id")

    def _login(self) -> None:
        answer = self._ask("POST", "/api/v1/auth/login", 200, json=self._credentials())
        self._headers = {"Authorization": f"Bearer {_text(answer, 'access_token')}"}

    def _me(self) -> None:
        if _text(self._ask("GET", "/api/v1/users/me", 200), "email") != self._email:
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
        if not self._headers:
            self._login()
        if self._user_id is None:
            self._user_id = _text(self._ask("GET", "/api/v1/users/me", 200), "user_id")
        self._ask("DELETE", f"/api/v1/users/{self._user_id}", 204)

    def _credentials(self) -> dict[str, str]:
        return {"email": self._email, "password": PASSWORD}

    def _ask(self, method: str, path: str, status: int, **options: Any) -> dict[str, Any]:
        answer = self._client.request(method, path, headers=self._headers, **options)
        if answer.status_code != status:
            raise _refusal(answer, status)
        body = answer.json() if answer.content else {}
        if not isinstance(body, dict):
            raise Unexpected("the answer is no JSON object")
        return body


def _text(answer: dict[str, Any], key: str) -> str:
    value = answer.get(key)
    if not isinstance(value, str) or not value:
        raise Unexpected(f"the answer holds no {key}")
    return value


def _done(step: Step, deadline: float) -> Check:
    """Make the call, again while it is unavailable; the latency is that of the last time."""
    attempts = 0
    while True:
        attempts += 1
        started = time.perf_counter()
        problem, again = _problem(step)
        latency = round((time.perf_counter() - started) * 1000, 1)
        if again and time.monotonic() < deadline:
            time.sleep(AGAIN_SECONDS)
            continue
        told = f"answered at attempt {attempts}" if attempts > 1 and not problem else ""
        return Check(
            kind="smoke",
            name=step.name,
            target=step.target,
            result=FAILED if problem else PASSED,
            latency_ms=latency,
            detail=problem or told,
        )


def _problem(step: Step) -> tuple[str, bool]:
    """Make the call; return what is wrong, nothing when all is well, and whether to try again."""
    try:
        step.run()
    except Unexpected as error:
        return str(error), isinstance(error, Unavailable)
    except httpx.HTTPError as error:
        return f"no answer: {str(error) or type(error).__name__}", False
    except ValueError:
        # Its text would show what was received, perhaps a token.
        return "the answer is no JSON", False
    return "", False


def _skipped(step: Step, because: str) -> Check:
    return Check(
        kind="smoke",
        name=step.name,
        target=step.target,
        result=SKIPPED,
        detail=f"because {because} failed",
    )


def _refusal(answer: httpx.Response, status: int) -> Unexpected:
    """Return what was wrong: code and message of the error, and nothing else of the body."""
    try:
        error = answer.json()["error"]
        code, said = error["code"], f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        code, said = None, "an answer without our error's shape"
    text = f"{answer.status_code} instead of {status}: {said}"
    # Without our shape it was the router's own answer.
    passing = answer.status_code == 503 and code in (None, "upstream_unavailable")
    return Unavailable(text) if passing else Unexpected(text)
