"""Volume on the engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import docker.errors

from .handler import Values, label_list, labels, removed


class VolumeHandler:
    """A named volume; its id is its name. Making one that exists adopts it."""

    def create(self, api: Any, inputs: Values, log: Callable[[str], None]) -> tuple[str, Values]:
        """Make or adopt the volume."""
        made = api.create_volume(
            name=inputs["name"],
            driver=inputs.get("driver"),
            driver_opts=inputs.get("driverOpts"),
            labels=labels(inputs),
        )["Name"]
        return made, self.read(api, made, inputs) or inputs

    def read(self, api: Any, made: str, state: Values) -> Values | None:
        """Return the volume as it is."""
        try:
            found = api.inspect_volume(made)
        except docker.errors.NotFound:
            return None
        return {
            **state,
            "name": found["Name"],
            "driver": found["Driver"],
            "driverOpts": found["Options"] or {},
            "labels": label_list(found["Labels"]),
            "mountpoint": found["Mountpoint"],
        }

    def update(self, api: Any, made: str, state: Values, inputs: Values) -> Values:
        """Nothing of a volume changes in place."""
        return self.read(api, made, {**state, **inputs}) or state

    def delete(self, api: Any, made: str, state: Values) -> None:
        """Remove it, waiting for its last container to go."""
        removed(lambda: api.remove_volume(made, force=True), "volume is in use")
