"""RemoteImage on the engine: found, pulled or built."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker.errors
from docker.utils import parse_repository_tag

from .build_context import archive
from .handler import Values
from .pull import pull


class BuildFailed(Exception):
    """A build ended with an error; the message holds its last lines."""


class ImageHandler:
    """An image by its name. Its id is the image's id and the name, put together."""

    def create(self, api: Any, inputs: Values, log: Callable[[str], None]) -> tuple[str, Values]:
        """Build it, or take the one that is there, or pull it."""
        if inputs.get("build"):
            _build(api, inputs, log)
        elif _inspect(api, inputs["name"]) is None:
            pull(api, inputs["name"], inputs.get("platform"), log)
        state = self.read(api, "", inputs)
        if state is None:
            raise docker.errors.ImageNotFound(f"{inputs['name']} is not there after it was made")
        return state["imageId"] + inputs["name"], state

    def read(self, api: Any, made: str, state: Values) -> Values | None:
        """Return what the name points to now."""
        if "name" not in state:
            raise ValueError("an image cannot be imported; name it in a RemoteImage")
        found = _inspect(api, state["name"])
        if found is None:
            return None
        return {**state, "imageId": found["Id"], "repoDigest": digest(found, state["name"])}

    def update(self, api: Any, made: str, state: Values, inputs: Values) -> Values:
        """Look the name up again; nothing is built or pulled."""
        return self.read(api, made, {**state, **inputs}) or state

    def delete(self, api: Any, made: str, state: Values) -> None:
        """Remove the name, unless the image is to be kept."""
        if state.get("keepLocally"):
            return
        try:
            api.remove_image(state["name"], force=bool(state.get("forceRemove")))
        except docker.errors.NotFound:
            return


def _inspect(api: Any, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = api.inspect_image(name)
    except docker.errors.NotFound:
        return None
    return found


def digest(found: dict[str, Any], name: str) -> str:
    """Return the digest of an inspected image in the registry of its name, else the first."""
    digests = found.get("RepoDigests") or [""]
    repository, _ = parse_repository_tag(name.partition("@")[0])
    return str(next((each for each in digests if each.startswith(f"{repository}@")), digests[0]))


def _build(api: Any, inputs: Values, log: Callable[[str], None]) -> None:
    build = inputs["build"]
    context = Path(build["context"]).resolve()
    if not context.is_dir():
        raise BuildFailed(f"The build context {build['context']} of {inputs['name']} is no folder")
    lines: list[str] = []
    for piece in api.build(
        fileobj=archive(context, build["dockerfile"]),
        custom_context=True,
        dockerfile=build["dockerfile"],
        tag=inputs["name"],
        buildargs=build.get("buildArgs"),
        labels={**build.get("labels", {}), **build.get("label", {})},
        target=build.get("target") or "",
        nocache=bool(build.get("noCache")),
        pull=bool(build.get("pullParent")),
        extra_hosts=dict(each.split(":", 1) for each in build.get("extraHosts", ())),
        network_mode=build.get("networkMode"),
        platform=build.get("platform") or inputs.get("platform"),
        rm=build["remove"],
        forcerm=bool(build.get("forceRemove")),
        decode=True,
    ):
        _follow(piece, inputs["name"], lines, log)
    for extra in build.get("tags", ()):
        repository, tag = parse_repository_tag(extra)
        api.tag(inputs["name"], repository, tag)


def _follow(piece: dict[str, Any], name: str, lines: list[str], log: Callable[[str], None]) -> None:
    text = str(piece.get("stream") or piece.get("status") or "").rstrip()
    if text:
        lines.append(text)
        log(text)
    if "error" in piece:
        last = "\n".join(lines[-20:])
        raise BuildFailed(f"{name} could not be built: {piece['error']}\nIts last lines:\n{last}")
