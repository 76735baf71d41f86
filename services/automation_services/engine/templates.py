"""Filling the templates of a step in."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from ..sandbox.runner import Limits, Refused, run
from .failures import StepFailed

# A template is a line or two; what takes longer was written to take longer.
_LIMITS = Limits(seconds=5.0, memory_mib=256, output=1 << 20, patience=12.0)
_MARKS = ("{{", "{%", "{#")


class Templates:
    """Fills templates in, in a process apart, two at a time."""

    def __init__(self) -> None:
        self._few = asyncio.Semaphore(2)

    async def fill(self, value: Any, context: dict[str, Any]) -> Any:
        """Return a value with its templates filled in. Raises StepFailed."""
        if not any(mark in json.dumps(value) for mark in _MARKS):
            return value
        given = json.dumps({"value": value, "context": context}).encode()
        try:
            async with self._few:
                output, more = await run("render", data=given, limits=_LIMITS)
        except Refused as refused:
            raise StepFailed(str(refused)) from refused
        if more:
            raise StepFailed("The values are larger than they may be")
        return json.loads(output)
