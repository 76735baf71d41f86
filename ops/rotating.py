"""What a rotation does: which secrets, in which steps, and what it waits for."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalog.secrets import JWT_SECRET, RELEASE_KEY, ROTATABLE, SECRETS, TOKEN_SECONDS
from plan.deployment import Deployment
from plan.generation import Generation, Stage
from plan.request import Request
from plan.stages import following, goals, not_before

from .exits import Exit, Stopped
from .output import say
from .project import Project
from .records import records
from .updating import update

_TELLS = {
    Stage.ACCEPTED: "the new value is accepted beside the old one",
    Stage.USED: "the new value is used, the old one is still accepted",
    Stage.REQUIRED: "services refuse the old value",
    Stage.ALONE: "the old value is gone from stores, files and state",
}
_WAIT_SECONDS = 1.0


def now() -> datetime:
    """Return the time, UTC."""
    return datetime.now(UTC)


def chosen(names: Sequence[str], deployment: Deployment) -> tuple[str, ...]:
    """Return the secrets that are meant, in the platform's own spelling; each once.

    names: as in the state (`api-key`) or as a variable (`API_KEY`). Raises Stopped for what
    cannot be rotated while the platform serves, with what to do instead.
    """
    found = tuple(dict.fromkeys(name.lower().replace("_", "-") for name in names))
    for name in found:
        if reason := _refused(name, deployment):
            raise Stopped(Exit.USAGE, f"{reason} Nothing was touched.")
    return found


def _refused(name: str, deployment: Deployment) -> str | None:
    if name in ROTATABLE:
        store = name.removesuffix("-password")
        if any(each.store.name == store and not each.takes_secrets for each in deployment.stores):
            return (
                f"{name}: {store} runs an image of your own, which reads its secrets at its start "
                f"only. Take `stores.{store}.image` out of the settings first."
            )
        return None
    secret = SECRETS.get(name)
    if secret is None:
        return f"There is no secret {name}. Those that can be rotated are {', '.join(ROTATABLE)}."
    if secret.config_key is None:
        return (
            f"{RELEASE_KEY.name} belongs to the router, which all traffic goes through and which "
            "takes it at its start only; it lets a request choose its slot, and nothing else."
        )
    used = deployment.secrets.get(name)
    if used is not None and used.random_bytes is not None:
        # An emulator's, so it was generated.
        return None
    return (
        f"The value of {name} comes from outside, so no new one can be generated. `pulumi config "
        f"set --secret {secret.config_key}` and `platformctl up` release it like any other change."
    )


def unfinished(outputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the stage of each secret whose rotation has not come to its end.

    outputs: of the stack.
    """
    generations: Mapping[str, Mapping[str, str]] = (outputs.get("release") or {}).get(
        "generations", {}
    )
    stages = {name: each["stage"] for name, each in sorted(generations.items())}
    return {name: stage for name, stage in stages.items() if stage != Stage.ALONE}


def going_on(stack: str, stages: Mapping[str, str]) -> str:
    """Return what tells of a rotation that is not finished. stages: as unfinished returns them."""
    reached = ", ".join(f"{name} {stage}" for name, stage in stages.items())
    return (
        f"Rotation is not finished: {reached}. Unless it still runs, `platformctl rotate "
        f"{' '.join(stages)} --stack {stack}` goes on with it."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A rotation of a stack's secrets, begun or to be gone on with.

    wanted: number of the value that each is to end with. patient: whether tokens that the old
    JWT secret has signed may end first.
    """

    project: Project
    wanted: Mapping[str, int]
    patient: bool

    @classmethod
    def of(cls, project: Project, secrets: Sequence[str], *, patient: bool) -> Rotation:
        """Return the rotation of secrets, at the stage that the stack's last release left."""
        wanted = goals(records(project).live.generations, secrets)
        return cls(project=project, wanted=wanted, patient=patient)

    @property
    def command(self) -> str:
        """What goes on with it."""
        return " ".join(["rotate", *self.wanted, *([] if self.patient else ["--now"])])

    def announced(self) -> str:
        """Return what says beforehand what it does."""
        lines = [
            f"Rotation of {', '.join(self.wanted)} by updates of stack {self.project.stack}: the "
            "new value is accepted, then used, then the old one refused, then removed. Traffic "
            "moves as in a release; stores are not restarted.",
        ]
        if JWT_SECRET.name in self.wanted:
            lines.append(
                "Between use and refusal the tokens that the old secret has signed are waited for: "
                f"{TOKEN_SECONDS // 60} minutes."
                if self.patient
                else "Tokens that the old secret has signed are not waited for: who holds one "
                "renews it by his refresh token."
            )
        lines.append(f"Stop it at any time: `platformctl {self.command}` goes on.")
        return " ".join(lines)

    def run(self, *, quiet: bool) -> Mapping[str, object]:
        """Go on until each new value is alone; return the stack's outputs.

        quiet: the progress of the updates goes to the error output. Raises Stopped when an
        update fails; all that serves is then as before it, and what was reached stays.
        """
        outputs: Mapping[str, object] = {}
        while True:
            current = records(self.project).live.generations
            step = following(current, self.wanted, now().isoformat(timespec="seconds"))
            if not step:
                return outputs
            self._wait(current, step)
            outputs = self._update(step, quiet=quiet)

    def _wait(self, current: Mapping[str, Generation], step: Mapping[str, Generation]) -> None:
        until = not_before(current, step) if self.patient else None
        if until is None or until <= now():
            return
        say(f"Waiting until {until:%H:%M:%S} UTC for the last token that the old secret signed.")
        while (left := (until - now()).total_seconds()) > 0:
            time.sleep(min(left, _WAIT_SECONDS))

    def _update(self, step: Mapping[str, Generation], *, quiet: bool) -> Mapping[str, object]:
        stage = next(iter(step.values())).stage
        told = f"{', '.join(step)}: {_TELLS[stage]}"
        request = Request(generations=step, reason=f"rotation of {', '.join(step)}: {stage}")
        outputs = update(self.project, request, quiet=quiet, what=self.command)
        say(f"{told}.")
        return outputs
