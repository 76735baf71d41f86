"""The router, which alone knows where traffic goes: asked and told through its own container."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import APIError, NotFound

from plan.names import Names

from .exits import Exit, Stopped

_PROGRAM = "/usr/local/bin/traffic"


@dataclass(frozen=True)
class Router:
    """The router of a stack. Every method raises Stopped when it is not there or refuses."""

    engine: docker.DockerClient
    names: Names

    @property
    def runs(self) -> bool:
        """Whether there is one that runs; without it there is no traffic."""
        try:
            return bool(self.engine.containers.get(self.names.of("router")).status == "running")
        except NotFound:
            return False

    def look(self) -> dict[str, Any]:
        """Return `services`: weight, state and counters by service and slot; `wish` of a shift;
        and for how many seconds `maintenance` still lasts at most.
        """
        found: dict[str, Any] = json.loads(self._ask())
        return found

    def serving(self) -> dict[str, str]:
        """Return the slot that has most of each service's traffic."""
        return strongest(self.look()["services"])

    def set(self, shares: Mapping[str, Mapping[str, int]]) -> None:
        """Give slots their share of a service's traffic; service -> slot -> weight, 0 to 100.

        The weights also go to the router's volume, so that they outlive its restart.
        """
        if shares:
            arguments = [
                f"{service}:{','.join(f'{slot}={weight}' for slot, weight in weights.items())}"
                for service, weights in shares.items()
            ]
            self._ask("set", *arguments)

    def point(self, slots: Mapping[str, str]) -> None:
        """Send all of each service's traffic to a slot; slots: service -> slot."""
        if slots:
            self._ask("set", *(f"{name}={slot}" for name, slot in sorted(slots.items())))

    def shift(self, *arguments: str) -> dict[str, Any] | None:
        """Show, begin, end, pause, resume or abort the note of the shift that is under way."""
        output = self._ask("shift", *arguments)
        shown: dict[str, Any] | None = json.loads(output) if output.strip() else None
        return shown

    def maintain(self, seconds: int) -> None:
        """Answer requests from outside with 503 and Retry-After for so long; 0 ends it."""
        self._ask("maintenance", str(seconds))

    def probe(self, service: str, slot: str, url: str, count: int) -> None:
        """Send requests to a slot that may have no traffic; the counters tell how it answers."""
        self._ask("probe", service, slot, url, str(count))

    def release_key(self) -> str:
        """Return the key that lets a request choose its slot."""
        return self._run(["cat", "/run/secrets/release-key"]).strip()

    def _ask(self, *arguments: str) -> str:
        return self._run([_PROGRAM, *arguments])

    def _run(self, command: list[str]) -> str:
        stack = self.names.stack
        again = f"`platformctl up --stack {stack}` makes it run."
        try:
            done = self.engine.containers.get(self.names.of("router")).exec_run(command)
        except NotFound:
            raise Stopped(
                Exit.FAILED, f"Stack {stack} has no router, so nothing of it serves. {again}"
            ) from None
        except APIError as error:
            said = str(error.explanation or error)
            raise Stopped(
                Exit.FAILED, f"The router of stack {stack} does not run: {said}. {again}"
            ) from error
        output = done.output.decode(errors="replace") if isinstance(done.output, bytes) else ""
        if done.exit_code != 0:
            raise Stopped(Exit.FAILED, f"The router refused: {output.strip()}. {again}")
        return output


def up(slot: Mapping[str, Any]) -> bool:
    """Whether the router finds a slot ready to answer. slot: as the router shows it."""
    return str(slot["state"]).startswith("UP")


def strongest(weights: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Return the slot with the greatest weight of each service."""
    return {
        service: max(slots, key=lambda slot: int(slots[slot]["weight"]))
        for service, slots in weights.items()
    }
