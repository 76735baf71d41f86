"""How far the rotation of a secret is."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass


class Stage(StrEnum):
    """What counts: all must accept the newest value before anybody may use it.

    And all must use it before the services refuse the one before, and after them the stores.
    """

    ACCEPTED = "accepted"
    USED = "used"
    REQUIRED = "required"
    ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Generation:
    """The newest value of a secret and its stage.

    number: 1 is the value of the first update. stage: ACCEPTED: the value before is used, this
    one counts, too; USED: this one is used, the one before still counts; REQUIRED: the one
    before counts in the stores only; ALONE: it counts nowhere. since: when all held to the
    stage, RFC 3339, UTC; empty for what never changed.
    """

    number: int = 1
    stage: Stage = Stage.ALONE
    since: str = ""

    @property
    def used(self) -> int:
        """Number of the value that is sent and signed with."""
        return self.number - 1 if self.stage is Stage.ACCEPTED else self.number

    @property
    def also(self) -> int | None:
        """Number of the other value that services accept, None when there is none."""
        return None if self.stage is Stage.REQUIRED else self.stored

    @property
    def stored(self) -> int | None:
        """Number of the other value that stores accept, None when there is none."""
        if self.stage is Stage.ALONE:
            return None
        return self.number if self.stage is Stage.ACCEPTED else self.number - 1

    def counts(self, number: int) -> bool:
        """Whether a service may hold a value."""
        return number in (self.used, self.also)

    def next(self, now: str) -> Generation:
        """Return what comes next; after ALONE a new value begins. now: RFC 3339, UTC."""
        stages = tuple(Stage)
        if self.stage is Stage.ALONE:
            return Generation(number=self.number + 1, stage=stages[0], since=now)
        stage = stages[stages.index(self.stage) + 1]
        return Generation(number=self.number, stage=stage, since=now)


FIRST = Generation()
"""Of a secret that was never rotated."""
