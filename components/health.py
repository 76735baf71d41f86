"""Waiting until a container is healthy, quicker than the engine's own interval."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from plan.container import WAITING_CPU_SHARES

from . import engine
from .recorder import Watch

POLL_SECONDS = 0.25
# How long a container that has no traffic yet starts on what the others leave over.
GIVE_WAY_SECONDS = 10.0
# How long one question goes on asking inside the container, between two looks at its state.
ROUND_SECONDS = 2
# Asks again and again until the check passes; a check that hangs is ended. It ends by itself,
# whatever becomes of who asks.
_LOOP = """
end=$(($(date +%s) + $1)); limit=$2; shift 2
until timeout -k 1 "$limit" "$@" >/dev/null 2>&1; do
    [ "$(date +%s)" -lt "$end" ] || exit 1
    sleep 0.2
done
"""
# The exit codes of a question where the image has no shell for it.
_NO_SHELL = (126, 127)
# How long the exit code of a container that keeps exiting is waited for.
EXIT_SECONDS = 3.0


class NotHealthy(pulumi.RunError):
    """A container did not come up; the message says why and shows its last log lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthGate:
    """Opens when the container is healthy, closes for good when it fails.

    command: the health check, run inside the container; exit code 0 means healthy.
    check_seconds: how long one check may take. timeout_seconds: how long to wait.
    address: of the Docker Engine. gives_way_from: the full share of the processors of a container
    that has no traffic yet, and so starts with less; None for what serves.
    """

    name: str
    command: Sequence[str]
    check_seconds: int
    timeout_seconds: int
    address: str
    gives_way_from: int | None = None

    def wait(self, container_id: str, watch: Watch) -> None:
        """Return once healthy. Raises NotHealthy and discards the container otherwise.

        The command is asked several times a second, because the engine's first own probe
        comes only after one interval, and inside the container, because each question to it
        costs the engine more than the check itself. A container that exits, restarts, or that
        the engine calls unhealthy fails at once.
        """
        began = time.monotonic()
        deadline = began + self.timeout_seconds
        restarts: int | None = None
        gives_way = self.gives_way_from is not None
        while True:
            try:
                container = engine.client(self.address).containers.get(container_id)
            except NotFound as error:
                raise NotHealthy(
                    f"{self.name} was removed while it started. Run the same command again: "
                    "it will be made anew."
                ) from error
            if restarts is None:
                restarts = container.attrs["RestartCount"]
                if gives_way:
                    _share(container, WAITING_CPU_SHARES)
            elif gives_way and time.monotonic() > began + GIVE_WAY_SECONDS:
                # On what the others leave over it would take too long.
                _share(container, self.gives_way_from)
                gives_way = False
            watch.sees(container.attrs["State"])
            if _health(container.attrs) == "starting":
                watch.waits()
            reason = _broken(container.attrs, restarts)
            if reason is None and self._passes(container):
                return
            reason = reason or _unhealthy(container.attrs)
            if reason is None and time.monotonic() > deadline:
                reason = f"was not healthy within {self.timeout_seconds} s"
            if reason is not None:
                self._fail(container, reason + _exit_code(container))
            watch.waits()
            time.sleep(POLL_SECONDS)

    def _passes(self, container: Container) -> bool:
        try:
            code = container.exec_run(self._round()).exit_code
            if code in _NO_SHELL:
                code = container.exec_run(list(self.command)).exit_code
            return bool(code == 0)
        except APIError:
            # It stopped between two questions; the next look says how.
            return False

    def _round(self) -> list[str]:
        """Return the command that asks for a while."""
        limits = str(ROUND_SECONDS), str(self.check_seconds)
        return ["sh", "-c", _LOOP, "health", *limits, *self.command]

    def _fail(self, container: Container, reason: str) -> None:
        lines = engine.last_lines(container)
        engine.discard(container)
        raise NotHealthy(
            f"{self.name} {reason}. Its last log lines:\n{lines}\n"
            "It was removed; nothing that serves was touched. Mend the cause and run the same "
            "command again."
        )


def _share(container: Container, cpu_shares: int | None) -> None:
    """Set its share of the processors.

    Should the full one never follow, the next update sees another share than it wants.
    """
    try:
        container.update(cpu_shares=cpu_shares)
    except APIError:
        # It has just ended; the next look says how.
        return


def _broken(attributes: dict[str, dict[str, object]], restarts: int) -> str | None:
    state = attributes["State"]
    if state["Restarting"] or int(str(attributes["RestartCount"])) > restarts:
        return "keeps exiting"
    if state["Status"] in ("exited", "dead", "removing"):
        return "exited"
    return None


def _unhealthy(attributes: dict[str, dict[str, object]]) -> str | None:
    return "is unhealthy" if _health(attributes) == "unhealthy" else None


def _health(attributes: dict[str, dict[str, object]]) -> str | None:
    """Return what the engine itself says of it, None before it says anything."""
    health = attributes["State"].get("Health")
    return str(health.get("Status")) if isinstance(health, dict) else None


def _exit_code(container: Container) -> str:
    """Return how a container that is down, or is down again in a moment, has ended.

    One that has just been started again tells of its present life, which has no exit code yet.
    """
    deadline = time.monotonic() + EXIT_SECONDS
    while time.monotonic() < deadline:
        container.reload()
        state = container.attrs["State"]
        if state["Restarting"] or not state["Running"]:
            return f" with exit code {state['ExitCode']}"
        if not int(container.attrs["RestartCount"]):
            return ""
        time.sleep(POLL_SECONDS / 5)
    return ""
