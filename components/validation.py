"""Phase 5: traffic moves, everything is looked at, and only then there is a release."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pulumi

from plan.change import Change
from plan.release import Release

from .gate import Gate
from .operations import Operations
from .recorder import Recorder

_AGAIN = "Mend the cause and run the same command again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The last gate of an update.

    change: of the traffic. instant: it moves in one step. images: those that kept releases
    need once this is one of them. backups: the dumps that they name, beside this one's own; None
    when it leaves the release as it was. migrates: whether this update brings migrations.
    """

    operations: Operations | None
    recorder: Recorder
    change: Change
    instant: bool
    images: Collection[str] = ()
    backups: Collection[str] | None = None
    migrates: bool = False

    def release(self, gates: Sequence[Gate], planned: Release) -> pulumi.Output[Release]:
        """Return the planned release once all gates are open and all checks passed.

        It raises otherwise, and then the stack keeps the outputs of the last good update.
        """

        async def validated(_: object) -> Release:
            if self.operations is None:
                return planned
            return await asyncio.to_thread(self._check, self.operations, planned)

        return pulumi.Output.all(*gates).apply(validated)

    def _check(self, operations: Operations, planned: Release) -> Release:
        try:
            planned = self._recorded(operations, planned)
            report = operations.release(self.change, instant=self.instant)
        except Exception as error:
            self._report(operations, planned, str(error))
            raise pulumi.RunError(f"{error}\n{_AGAIN}") from error
        self.recorder.progress.line(report.table())
        self._report(operations, planned, "")
        self._protect(operations, planned)
        self._retain(operations)
        return planned

    def _recorded(self, operations: Operations, planned: Release) -> Release:
        """Return the record with what only the migrated database tells."""
        made = operations.backup() if self.migrates and planned.backup is None else None
        return replace(planned, schema=operations.schema(), backup=planned.backup or made)

    def _report(self, operations: Operations, planned: Release, failure: str) -> None:
        """Write the report; whatever keeps it from being written is told, and is no failure."""
        try:
            page = operations.report(planned, self.change, self.recorder.timeline(), failure)
        except Exception as error:
            self.recorder.progress.line(f"No report could be written: {error}")
        else:
            if page is not None:
                self.recorder.progress.line(f"Report: {page}")

    def _protect(self, operations: Operations, planned: Release) -> None:
        """Let the dumps stay to which kept releases return; the next release tries again."""
        if self.backups is None:
            return
        names = {*self.backups, *([planned.backup] if planned.backup else [])}
        try:
            operations.protect(sorted(names))
        except Exception as error:
            self.recorder.progress.line(f"Backups of kept releases are not protected: {error}")

    def _retain(self, operations: Operations) -> None:
        """Remove images that no kept release needs; what stays for now goes the next time."""
        try:
            removed = operations.retain(self.images)
        except Exception as error:
            self.recorder.progress.line(f"Older images could not be removed: {error}")
        else:
            if removed:
                self.recorder.progress.line(f"No kept release needs {', '.join(removed)}: removed.")
