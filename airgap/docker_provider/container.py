"""Container on the engine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import docker.errors
from docker.utils import version_lt

from .container_config import archive, config, limits, restart_policy
from .container_schema import UPDATED
from .container_state import state
from .handler import FAILURES, PartlyMade, Values, reason
from .pull import pull

WAIT_POLL_SECONDS = 1
START_INTERVAL_API = "1.44"


class ContainerHandler:
    """A container. What fails once it exists leaves it there, with its id kept."""

    def create(self, api: Any, inputs: Values, log: Callable[[str], None]) -> tuple[str, Values]:
        """Make, connect, fill and start the container, as the inputs ask."""
        body = config(inputs)
        _refuse_what_the_engine_would_ignore(api, body)
        _pull_if_absent(api, inputs["image"], log)
        made = api.create_container_from_config(body, inputs["name"])["Id"]
        try:
            logs = self._bring_up(api, made, inputs)
            found = self.read(api, made, inputs) or inputs
        except (NotHealthyInTime, *FAILURES) as error:
            told = f"container {inputs['name']}: {reason(error)}"
            raise PartlyMade(made, told, self._as_far_as_made(api, made, inputs)) from error
        outputs = {"mustRun": inputs["mustRun"]} | ({} if logs is None else {"containerLogs": logs})
        return made, found | outputs

    def _as_far_as_made(self, api: Any, made: str, inputs: Values) -> Values:
        try:
            found = self.read(api, made, inputs) or inputs
        except FAILURES:
            found = inputs
        return found | {"mustRun": inputs["mustRun"]}

    def _bring_up(self, api: Any, made: str, inputs: Values) -> str | None:
        _connect(api, made, inputs)
        for upload in inputs.get("uploads", ()):
            api.put_archive(made, "/", archive(upload))
        if inputs["start"]:
            api.start(made)
        if inputs["start"] and inputs["wait"]:
            _wait(api, made, inputs["waitTimeout"])
        if not inputs["attach"]:
            return None
        api.wait(made)
        if not inputs["logs"]:
            return None
        return str(api.logs(made, stdout=True, stderr=True).decode(errors="replace"))

    def read(self, api: Any, made: str, state_before: Values) -> Values | None:
        """Return the container as it is."""
        try:
            found = api.inspect_container(made)
        except docker.errors.NotFound:
            return None
        return state(found, state_before)

    def update(self, api: Any, made: str, before: Values, inputs: Values) -> Values:
        """Start it when it is to run and does not, and set the limits; nothing else."""
        if inputs["mustRun"] and not before.get("mustRun", True) and inputs["start"]:
            api.start(made)
        if any((before.get(name) or 0) != (inputs.get(name) or 0) for name in UPDATED):
            _update(api, made, {**limits(inputs), "RestartPolicy": restart_policy(inputs)})
        return {**before, **inputs}

    def delete(self, api: Any, made: str, before: Values) -> None:
        """Stop it with the grace time of the state, then remove it."""
        try:
            if not before.get("attach"):
                api.stop(made, timeout=max(0, before.get("destroyGraceSeconds") or 0))
            _remove(api, made, bool(before.get("removeVolumes", True)))
        except docker.errors.NotFound:
            return


class NotHealthyInTime(Exception):
    """A container did not turn healthy within its waiting time."""


def _refuse_what_the_engine_would_ignore(api: Any, body: Values) -> None:
    interval = body.get("Healthcheck", {}).get("StartInterval")
    if interval and version_lt(api.api_version, START_INTERVAL_API):
        raise ValueError(
            f"healthcheck.startInterval needs version {START_INTERVAL_API} of the engine's API; "
            f"this engine has {api.api_version}"
        )


def _pull_if_absent(api: Any, image: str, log: Callable[[str], None]) -> None:
    try:
        api.inspect_image(image)
    except docker.errors.NotFound:
        pull(api, image, None, log)


def _remove(api: Any, made: str, volumes: bool) -> None:
    try:
        api.remove_container(made, v=volumes, force=True)
    except docker.errors.APIError as error:
        if "already in progress" not in reason(error):
            raise
        # Its name is free only once it is gone.
        api.wait(made, condition="removed")


def _connect(api: Any, made: str, inputs: Values) -> None:
    networks = inputs.get("networksAdvanced") or ()
    if not networks:
        return
    try:
        api.disconnect_container_from_network(made, "bridge")
    except docker.errors.APIError as error:
        if "is not connected" not in reason(error):
            raise
    for each in networks:
        api.connect_container_to_network(
            made,
            each["name"],
            aliases=each.get("aliases"),
            ipv4_address=each.get("ipv4Address"),
            ipv6_address=each.get("ipv6Address"),
            link_local_ips=each.get("linkLocalIps"),
            driver_opt=dict(each_.split("=", 1) for each_ in each.get("driverOpts", ())) or None,
        )


def _wait(api: Any, made: str, seconds: int) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        health = api.inspect_container(made)["State"].get("Health")
        if health is None:
            raise NotHealthyInTime("it has no health check to wait for")
        if health["Status"] == "healthy":
            return
        time.sleep(WAIT_POLL_SECONDS)
    raise NotHealthyInTime("container failed to be in healthy state")


def _update(api: Any, made: str, body: dict[str, Any]) -> None:
    # The SDK's update_container turns values around; the engine takes the body as it is.
    response = api._post_json(api._url("/containers/{0}/update", made), data=body)
    api._raise_for_status(response)
