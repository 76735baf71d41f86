"""Phase 5: traffic moves, everything is looked at, and only then there is a release."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pulumi

from plan.names import Names
from plan.release import Release

from . import traffic
from .gate import Gate


class Report(Protocol):
    """What a validation found."""

    @property
    def passed(self) -> bool:
        """Whether every check passed."""

    def table(self) -> str:
        """Return the checks as lines of text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The last gate of an update.

    validate: looks at the whole running platform. target, before: slot by service, after
    this update and before it.
    """

    names: Names
    address: str
    target: Mapping[str, str]
    before: Mapping[str, str]
    validate: Callable[[], Report]

    def release(self, gates: Sequence[Gate], planned: Release) -> pulumi.Output[Release]:
        """Return the planned release once all gates are open and all checks passed.

        It raises otherwise, and then the stack keeps the outputs of the last good update.
        """

        async def validated(_: object) -> Release:
            if not pulumi.runtime.is_dry_run():
                await asyncio.to_thread(self._check)
            return planned

        return pulumi.Output.all(*gates).apply(validated)

    def _check(self) -> None:
        traffic.point(self.target, self.names, self.address)
        report = self.validate()
        if report.passed:
            pulumi.log.info(report.table())
            return
        back = {name: slot for name, slot in self.before.items() if name in self.target}
        traffic.settle(back, self.names, self.address)
        moved = [name for name, slot in back.items() if self.target[name] != slot]
        after = f"Traffic of {', '.join(moved)} is back on the previous version. " if moved else ""
        raise pulumi.RunError(
            f"Validation failed:\n{report.table()}\n{after}"
            "Mend the cause and run the same command again."
        )
