"""Phase 5: traffic moves, everything is looked at, and only then there is a release."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from plan.names import Names
from plan.release import Release

from . import traffic
from .gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The last gate of an update.

    validate: looks at the whole running platform; returns the table of its checks and
    whether all passed. target, before: slot by service after and before this update.
    """

    names: Names
    address: str
    target: Mapping[str, str]
    before: Mapping[str, str]
    validate: Callable[[], tuple[bool, str]]

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
        passed, table = self.validate()
        pulumi.log.info(table)
        if passed:
            return
        back = {name: slot for name, slot in self.before.items() if name in self.target}
        traffic.settle(back, self.names, self.address)
        moved = [name for name, slot in back.items() if self.target[name] != slot]
        after = f"Traffic of {', '.join(moved)} is back on the previous version. " if moved else ""
        raise pulumi.RunError(
            f"Validation failed:\n{table}\n{after}Mend the cause and run the same command again."
        )
