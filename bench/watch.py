"""When containers are made and when they are well, as the engine tells it."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

import docker

from catalog import STORES

NANO = 1e-9


def _step(name: str) -> str:
    return name.removesuffix("-blue").removesuffix("-green")


class Watch:
    """Follows the engine's events for the containers of a stack inside a `with` block."""

    def __init__(self, stack: str) -> None:
        self._prefix = f"pyairtable-{stack}-"
        filters = {"label": f"com.pyairtable.stack={stack}", "type": "container"}
        self._events = docker.from_env().events(filters=filters, decode=True)
        self._made: dict[str, float] = {}
        self._well: dict[str, float] = {}
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.close()
        self._thread.join(5)

    @property
    def first(self) -> float:
        """When the first container was made, in seconds since the epoch."""
        return min(self._made.values())

    @property
    def last(self) -> float:
        """When the last container passed its first check."""
        return max(self._well.values())

    def seconds(self) -> dict[str, float]:
        """Return by step how long it took from being made to its first passed check or its end.

        A store begins with the job that writes its secrets; those of the others were
        written before.
        """
        return {
            _step(name): self._well[name] - self._made.get(f"{name}-secrets-writer", made)
            if name in STORES
            else self._well[name] - made
            for name, made in self._made.items()
            if name in self._well
        }

    def _follow(self) -> None:
        for event in self._events:
            self._note(event["Action"], event["Actor"]["Attributes"], event["timeNano"] * NANO)

    def _note(self, action: str, attributes: dict[str, Any], moment: float) -> None:
        name = str(attributes["name"]).removeprefix(self._prefix)
        if action == "create":
            self._made.setdefault(name, moment)
        elif action in ("exec_die", "die") and attributes.get("exitCode") == "0":
            self._well.setdefault(name, moment)
