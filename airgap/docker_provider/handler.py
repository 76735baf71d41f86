"""What each resource type does on the engine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import docker.errors
import urllib3.exceptions

Values = dict[str, Any]
# What the client raises where an answer that had begun is broken off, as of a pull or a build.
BROKEN_OFF = (urllib3.exceptions.HTTPError, docker.errors.StreamParseError)
# OSError covers the engine's connection, of requests, and files that cannot be read.
FAILURES = (docker.errors.DockerException, OSError, ValueError, *BROKEN_OFF)
_QUERY = re.compile(r"\?\S+")


class PartlyMade(Exception):
    """Something was made before the error, so its id is to be kept."""

    def __init__(self, made: str, reason: str, state: Values) -> None:
        super().__init__(reason)
        self.id, self.reason, self.state = made, reason, state


class Handler(Protocol):
    """Creates, reads, updates and deletes one type of resource.

    Values are inputs as checked, state as last written. read returns None when it is gone.
    """

    def create(self, api: Any, inputs: Values, log: Callable[[str], None]) -> tuple[str, Values]:
        """Make it; return its id and state."""

    def read(self, api: Any, made: str, state: Values) -> Values | None:
        """Return the state as it is now."""

    def update(self, api: Any, made: str, state: Values, inputs: Values) -> Values:
        """Apply what can be applied in place; return the state after."""

    def delete(self, api: Any, made: str, state: Values) -> None:
        """Remove it; already gone is fine."""


def labels(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return labels as the engine wants them."""
    return {each["label"]: each["value"] for each in inputs.get("labels", ())}


def label_list(found: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Return labels as Pulumi wants them."""
    return [{"label": key, "value": value} for key, value in sorted((found or {}).items())]


def reason(error: Exception) -> str:
    """Return what the engine said, else its client, but no query: a build's holds its arguments."""
    said = str(getattr(error, "explanation", None) or _QUERY.sub("", str(error)))
    if isinstance(error, BROKEN_OFF):
        return (
            f"the Docker Engine broke off its answer ({said}). See that it runs (`docker ps`), "
            "then run the same command again"
        )
    return said


def shown(state: Values) -> Values:
    """Return a state without the lists of defaults that inputs carry."""
    return {key: plain(value) for key, value in state.items() if key != "__defaults"}


def plain(value: Any) -> Any:
    """Return a value without the lists of defaults that inputs carry."""
    if isinstance(value, dict):
        return shown(value)
    return [plain(item) for item in value] if isinstance(value, list) else value


def removed(remove: Callable[[], object], busy: str, seconds: float = 30) -> None:
    """Remove something, waiting as long as it is in use; already gone is fine.

    busy: what the engine says then. Raises the engine's error after that many seconds.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            remove()
            return
        except docker.errors.NotFound:
            return
        except docker.errors.APIError as error:
            if busy not in reason(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
