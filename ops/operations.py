"""What an update does to the platform that runs: the program's hand on traffic and checks."""

from __future__ import annotations

import getpass
import json
import os
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import docker
from docker.models.containers import Container

from plan.change import Change
from plan.deployment import Deployment
from plan.interruption import Interruption
from plan.release import Release, Schema
from plan.timeline import Timeline

from . import shares
from .dumps import made, protect
from .images import retain
from .maintenance import Maintenance
from .owner import claim
from .progress import Progress
from .report.account import account
from .report.files import folder, write
from .report.observed import Observed
from .schema import schema_of
from .shift.shift import Aborted, Shift
from .traffic import Router, up
from .validation import Report, health_matrix, validate
from .validation.health import SETTLE_SECONDS
from .validation.smoke import Pinned

POLL_SECONDS = 0.25
# The router looks at each slot twice a second, and for its address once a second.
FOUND_SECONDS = 20.0


class ReleaseFailed(Exception):
    """The update is not a release; the message says why and where traffic is."""


@dataclass(slots=True, kw_only=True)
class Operations:
    """The running platform of a deployment.

    root: of the project, where reports are kept. settle_seconds: how long a check that fails is
    asked again.
    """

    deployment: Deployment
    engine: docker.DockerClient
    progress: Progress
    root: Path
    settle_seconds: float = SETTLE_SECONDS
    _shifting: Shift | None = None
    _kept_out: bool = False
    _settled: Mapping[str, str] = field(default_factory=dict)
    _observed: Observed = field(default_factory=Observed)

    @property
    def router(self) -> Router:
        """The platform's router."""
        return Router(self.engine, self.deployment.names)

    def claim(self, known: Collection[str]) -> str:
        """Take the stack's name on the engine; return why it cannot be taken, empty when it is.

        known: names of what the stack's state knows.
        """
        return claim(self.engine, self.deployment.names, self.root, known)

    def settle(self, serving: Mapping[str, str], staying: Mapping[str, str]) -> None:
        """Before anything is replaced, put traffic where the last release left it.

        An update that was killed while traffic moved must not leave it on a slot that this
        one is about to replace. serving: slot by service. staying: slots that keep their
        service's traffic when they have all of it; a rollback has moved it there at once.
        Without a running router there is no traffic to settle.
        """
        if not serving or not self.router.runs:
            return
        looked = self.router.look()
        seen, self._kept_out = looked["services"], looked.get("maintenance", 0) > 0
        moved = {
            name
            for name, slot in staying.items()
            if all(each["weight"] == 0 for other, each in seen[name].items() if other != slot)
        }
        self.router.point({name: slot for name, slot in serving.items() if name not in moved})
        self._settled = {**serving, **{name: staying[name] for name in moved}}
        if looked.get("wish") is not None:
            self.router.shift("end")

    def drain(self, slots: Mapping[str, str]) -> None:
        """Wait until no request is in these slots any more, at most drainSeconds."""
        deadline = time.monotonic() + self.deployment.release.drain_seconds
        while slots and self.router.runs and time.monotonic() < deadline:
            seen = self.router.look()["services"]
            if not any(seen[name][slot]["sessions"] for name, slot in slots.items()):
                return
            time.sleep(POLL_SECONDS)

    def keep_out(self, interrupts: Interruption) -> None:
        """Turn new requests away and let those that run end, before stores are replaced."""
        self._kept_out = True
        images = [each.image for each in interrupts.stores]
        self._maintenance.begin(interrupts.worst, images)

    def let_in(self) -> None:
        """End the maintenance that this update began, or one that was killed left, if any."""
        if self._kept_out:
            self._maintenance.end()

    def reload(self, fingerprint: str) -> None:
        """See that the router serves by this configuration; it takes it over while it runs."""
        if self.router.reload(fingerprint):
            self.progress.step("the router has taken its new configuration over while it runs")

    @property
    def _maintenance(self) -> Maintenance:
        return Maintenance(
            router=self.router,
            engine=self.engine,
            progress=self.progress,
            drain_seconds=self.deployment.release.drain_seconds,
            answer_seconds=self.deployment.gate_timeout_seconds,
        )

    def release(self, change: Change, *, instant: bool) -> Report:
        """Test the new versions, move their traffic step by step, and look at everything.

        instant: in one step, which is not watched. Raises ReleaseFailed, traffic back where it
        was, when a new version is bad or a check fails.
        """
        new = {name: slot for name, slot in change.target.items() if name not in change.before}
        self.router.point(new)
        if change.moves:
            with self._observed.span("test"):
                self._test(change)
            shares.give(self.deployment, change.moves, self.engine)
            with self._observed.span("traffic"):
                self._shift(change, instant=instant)
        elif change.target not in (new, self._settled):
            self.router.point(change.target)
        with self._observed.span("validation"):
            report = validate(self.deployment, change.target, self.engine, self.settle_seconds)
        self._observed.validated = report
        if not report.passed:
            self.router.point(change.back)
            moved = ", ".join(move.service for move in change.moves)
            after = f"Traffic of {moved} is back on the previous version. " if moved else ""
            raise ReleaseFailed(f"Validation failed:\n{report.table()}\n{after}")
        return report

    def _test(self, change: Change) -> None:
        report = self._tested(change, self._found(change))
        self._observed.tested = report
        if not report.passed:
            raise ReleaseFailed(
                f"The new version failed its test, before it had any traffic:\n{report.table()}\n"
                "The previous version serves. "
            )

    def _found(self, change: Change) -> list[str]:
        """Wait until the router finds the new versions well; return what nobody serves now."""
        deadline = time.monotonic() + FOUND_SECONDS
        while True:
            seen = self.router.look()["services"]
            lost = [move for move in change.moves if not up(seen[move.service][move.new])]
            if not lost:
                return [m.service for m in change.moves if not up(seen[m.service][m.old])]
            if time.monotonic() > deadline:
                names = ", ".join(f"{move.service}-{move.new}" for move in lost)
                raise ReleaseFailed(
                    f"The router did not find {names} ready within {FOUND_SECONDS:g} s, although "
                    "healthy. It has had no traffic. "
                    "`platformctl logs router` tells what the router was answered. "
                )
            time.sleep(POLL_SECONDS)

    def _tested(self, change: Change, unserved: Sequence[str]) -> Report:
        """Ask the new versions in their slots, and together where all of them can be reached.

        What asks another service does so by its name, which leads to the previous version. So
        where that is away, the smoke tests would fail for a reason that the release removes.
        """
        waiting = {move.service for move in change.moves}
        looked_at = self.deployment, change.target, self.engine, self.settle_seconds
        if not unserved:
            pinned = Pinned(slots=change.target, key=self.router.release_key())
            return validate(*looked_at, pinned=pinned, waiting=waiting)
        self.progress.step(
            f"Nothing serves {', '.join(unserved)} now, so the new versions are asked in their "
            "slots alone; the smoke tests follow once they have the traffic."
        )
        return Report(tuple(health_matrix(*looked_at, waiting)))

    def _shift(self, change: Change, *, instant: bool) -> None:
        settings = self.deployment.release
        if instant:
            settings = settings.model_copy(update={"guard_seconds": 0})
        shift = Shift(router=self.router, change=change, settings=settings, progress=self.progress)
        self.router.shift("begin", json.dumps(_note(change)))
        self._shifting, self._observed.samples = shift, shift.samples
        try:
            shift.run((100,) if instant else settings.steps)
        except Aborted as aborted:
            raise ReleaseFailed(
                f"{aborted} All traffic is back on the previous version. "
            ) from None
        finally:
            self.router.shift("end")
            self._shifting = None

    def report(
        self, planned: Release, change: Change, timeline: Timeline, failure: str
    ) -> Path | None:
        """Write the report of this update; return its page, None where the release has one.

        An update that changes nothing leaves its release's report as it is. failure: why it is
        no release, else empty. Raises OSError where it cannot be written.
        """
        stack, settings = self.deployment.names.stack, self.deployment.release
        if not failure and (folder(self.root, stack) / f"{planned.id}.json").exists():
            return None
        told = account(
            self.deployment, self.engine, planned, change, timeline, self._observed, failure
        )
        return write(told, self.root, settings.kept_releases)

    def schema(self) -> Schema:
        """Return the schema that the database has. Raises Stopped when it does not tell."""
        return schema_of(self.engine, self.deployment.names)

    def backup(self) -> str | None:
        """Return the dump that was made before the migrations, None when there was no data."""
        return made(self._backup_job.logs().decode(errors="replace"))

    def protect(self, backups: Collection[str]) -> None:
        """Let these dumps stay as long as the releases that name them do."""
        protect(self._backup_job, backups)

    @property
    def _backup_job(self) -> Container:
        return self.engine.containers.get(self.deployment.names.of(self.deployment.backup.name))

    def retain(self, images: Collection[str]) -> list[str]:
        """Keep our images of these references and remove older ones; return what was removed."""
        return retain(self.engine, self.deployment.names.stack, images)

    def interrupt(self) -> None:
        """Put traffic back when it is being shifted: the update is about to be ended."""
        if self._shifting is not None:
            self._shifting.interrupt()


def _note(change: Change) -> dict[str, object]:
    return {
        "services": [move.service for move in change.moves],
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
        "pid": os.getpid(),
        "who": f"{getpass.getuser()}@{socket.gethostname()}",
    }
