"""Maintenance: who calls from outside is told to come again while a store is replaced."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import ImageNotFound

from .progress import Progress
from .traffic import Router

POLL_SECONDS = 0.25
# The router looks at each slot twice a second; what it finds twice in a row is so.
SURE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """Maintenance of a stack, kept by its router.

    drain_seconds: how long requests may take to end. answer_seconds: how long the services may
    take to answer afterwards.
    """

    router: Router
    engine: docker.DockerClient
    progress: Progress
    drain_seconds: float
    answer_seconds: float

    def begin(self, seconds: int, images: Collection[str]) -> None:
        """Turn new requests away, and wait until those that run have ended.

        seconds: when it ends by itself, whatever becomes of the update. images: of the stores'
        new containers, fetched before. Raises docker.errors.APIError when one cannot be had.
        """
        for image in images:
            self._fetch(image)
        if not self.router.runs:
            return
        self.router.maintain(seconds)
        self.progress.step("maintenance: new requests are answered 503 with Retry-After")
        deadline = time.monotonic() + self.drain_seconds
        while _running(self.router.look()["services"]) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def end(self) -> None:
        """Let requests in again once the services answer; those that never do are told of."""
        if not self.router.runs:
            return
        deadline, sure = time.monotonic() + self.answer_seconds, 0.0
        while sure < SURE_SECONDS and time.monotonic() < deadline:
            silent = _silent(self.router.look()["services"])
            sure = 0.0 if silent else sure + POLL_SECONDS
            time.sleep(POLL_SECONDS)
        self.router.maintain(0)
        left = _silent(self.router.look()["services"])
        without = f", without {', '.join(left)}, which do not answer" if left else ""
        self.progress.step(f"maintenance has ended{without}")

    def _fetch(self, image: str) -> None:
        try:
            self.engine.images.get(image)
        except ImageNotFound:
            self.engine.images.pull(image)


def _running(services: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> int:
    """Return how many requests are in the slots."""
    return sum(int(slot["sessions"]) for slots in services.values() for slot in slots.values())


def _silent(services: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """Return the services of which the router finds no slot with traffic up."""
    return sorted(
        name
        for name, slots in services.items()
        if not any(
            each["weight"] and str(each["state"]).startswith("UP") for each in slots.values()
        )
    )
