"""The steps of an execution, in order; those that are done are not done again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from pyairtable_shared.errors import ApiError

from ..settings import Settings
from .failures import MayPass, StepFailed
from .kinds import Kinds
from .log import ExecutionLog, Row, Taken
from .templates import Templates

MOST_OUTPUT = 256 * 1024
_LONGEST_PAUSE = 60.0


class Steps:
    """Runs the steps of executions."""

    def __init__(
        self, settings: Settings, log: ExecutionLog, templates: Templates, kinds: Kinds
    ) -> None:
        self._retries = settings.max_workflow_retries
        self._pause = settings.workflow_retry_seconds
        self._log, self._templates, self._kinds = log, templates, kinds

    async def run(self, taken: Taken, elapsed: Callable[[], float]) -> None:
        """Run what is left. Raises StepFailed, Superseded, CancelRequested."""
        steps: list[Row] = taken.row["definition"]["steps"]
        logged = await self._log.steps(taken)
        context = _context(taken)
        target: str | None = None
        stopped = False
        for position, step in enumerate(steps):
            known = logged.get(position)
            skipped = stopped or (target is not None and step["name"] != target)
            if skipped:
                await self._log.skipped(taken, position, step)
                context["steps"][step["name"]] = {"status": "skipped", "output": None}
                continue
            target = None
            if known is not None and known["status"] == "succeeded":
                output = known["output"]
            else:
                tried = 0 if known is None else known["attempts"]
                output = await self._persist(taken, position, step, context, tried, elapsed)
            context["steps"][step["name"]] = {"status": "succeeded", "output": output}
            if step["kind"] == "condition" and not output["result"]:
                stopped = step["otherwise"] == "stop"
                target = step["goto"]

    async def _persist(
        self,
        taken: Taken,
        position: int,
        step: Row,
        context: dict[str, Any],
        tried: int,
        elapsed: Callable[[], float],
    ) -> Any:
        """Try a step until it succeeds or may not be tried again; return its output."""
        for again in range(self._retries, -1, -1):
            tried += 1
            await self._log.begun(taken, position, step, tried)
            try:
                output = await self._once(taken, position, step, context)
                await self._log.done(taken, position, output, elapsed())
                return output
            except MayPass as failed:
                # One that a killed worker began had attempts before.
                if not again or tried > self._retries:
                    raise _named(step, failed) from failed
                await self._log.missed(taken, position, str(failed))
                pause = min(self._pause * 2 ** (tried - 1), _LONGEST_PAUSE)
                await asyncio.sleep(max(pause, failed.after))
            except StepFailed as failed:
                raise _named(step, failed) from failed
            except ApiError as error:
                if error.code != "invalid_value":
                    raise
                raise _named(step, StepFailed("The output cannot be kept")) from error
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, taken: Taken, position: int, step: Row, context: dict[str, Any]) -> Any:
        values = {name: value for name, value in step.items() if name not in ("name", "kind")}
        if step["kind"] == "condition":
            values = {"expression": f"{{{{ {step['expression']} }}}}"}
        filled = await self._templates.fill(values, context)
        output = await self._kinds.do(step["kind"], filled, taken, position)
        if len(json.dumps(output, ensure_ascii=False)) > MOST_OUTPUT:
            raise StepFailed(f"The output is larger than {MOST_OUTPUT} characters of JSON")
        return output


def _context(taken: Taken) -> dict[str, Any]:
    """Return what templates may name."""
    row = taken.row
    tick = row["tick"]
    return {
        "steps": {},
        "trigger": {
            "type": row["trigger"],
            "body": row["input"],
            "tick": None if tick is None else tick.isoformat(),
        },
        "workflow": {"id": str(row["workflow_id"]), "name": row["definition"]["name"]},
        "execution": {"id": str(row["id"])},
    }


def _named(step: Row, failed: StepFailed) -> StepFailed:
    return StepFailed(f"Step {step['name']}: {failed}")
