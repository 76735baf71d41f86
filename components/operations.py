"""What the program needs done to the running platform; ops does it, and __main__ hands it in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pulumi
from docker import DockerClient

from plan.change import Change
from plan.deployment import Deployment
from plan.interruption import Interruption
from plan.release import Release, Schema
from plan.timeline import Timeline

from .progress import Progress


class Report(Protocol):
    """What a validation found."""

    def table(self) -> str:
        """Return the checks as lines of text."""


class Operations(Protocol):
    """Traffic and checks of the platform that runs."""

    def claim(self, known: Collection[str]) -> str:
        """Take the stack's name on the engine; return why it cannot be taken, empty when it is.

        known: names of what the stack's state knows.
        """

    def settle(self, serving: Mapping[str, str], staying: Mapping[str, str]) -> None:
        """Put traffic where the last release left it, but for what stays where it has gone."""

    def drain(self, slots: Mapping[str, str]) -> None:
        """Wait until slots that are to be replaced answer no request any more."""

    def keep_out(self, interrupts: Interruption) -> None:
        """Turn new requests away and let those that run end, before a store is replaced."""

    def let_in(self) -> None:
        """End the maintenance, this update's or what a killed one left, if there is any."""

    def reload(self, fingerprint: str) -> None:
        """See that the router serves by the configuration of that fingerprint."""

    def interrupt(self) -> None:
        """Put traffic back when it is being moved; the program is about to end."""

    def release(self, change: Change, *, instant: bool) -> Report:
        """Move traffic and look at everything; an exception fails the update."""

    def report(
        self, planned: Release, change: Change, timeline: Timeline, failure: str
    ) -> Path | None:
        """Write what the update came to, and return where; None when there is nothing new.

        failure: why it is no release, else empty.
        """

    def schema(self) -> Schema:
        """Return the schema that the database has; an exception fails the update."""

    def backup(self) -> str | None:
        """Return the dump that was made before the migrations, None when there was no data."""

    def protect(self, backups: Collection[str]) -> None:
        """Let these dumps stay as long as the releases that name them do."""

    def retain(self, images: Collection[str]) -> Sequence[str]:
        """Keep our images of these references and remove older ones; return what was removed."""


Operate = Callable[[Deployment, DockerClient, Progress], Operations]
"""Makes the operations of a deployment on an engine."""


async def done(work: Callable[[], None]) -> None:
    """Do work on a thread of its own, as it may block; what it raises fails the update readably."""
    try:
        await asyncio.to_thread(work)
    except Exception as error:
        again = "Mend the cause and run the same command again."
        raise pulumi.RunError(f"{error}\n{again}") from error
