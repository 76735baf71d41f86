"""Our images on the engine: kept as long as a kept release names them, then removed."""

from __future__ import annotations

from collections.abc import Collection

import docker
from docker.errors import APIError, NotFound

from catalog.images import IMAGES
from plan.names import PROJECT
from plan.retention import MARKS, Tagged, marks, retention

_IN_USE = 409


def tagged(engine: docker.DockerClient) -> list[Tagged]:
    """Return the images that bear one of our names, or a mark."""
    used = {each["ImageID"] for each in engine.api.containers(all=True)}
    ours = [f"{PROJECT}/{name}" for name in IMAGES]
    patterns = [*ours, f"{MARKS}/*"]
    return [
        Tagged(id=each["Id"], tags=tuple(each["RepoTags"] or ()), used=each["Id"] in used)
        for each in engine.api.images(filters={"reference": patterns})
    ]


def retain(engine: docker.DockerClient, stack: str, keep: Collection[str]) -> list[str]:
    """Mark what a stack keeps and remove what no kept release names; return what was removed.

    keep: references. What somebody else removes or uses meanwhile is his. Raises APIError when
    the engine refuses otherwise.
    """
    wanted = retention(stack, tagged(engine), keep)
    for own, reference in wanted.mark.items():
        repository, _, tag = own.rpartition(":")
        engine.api.tag(reference, repository, tag)
    removed = [each for each in wanted.remove if _remove(engine, each)]
    return [each for each in removed if not each.startswith(f"{MARKS}/")]


def forget(engine: docker.DockerClient, stack: str, keep: Collection[str]) -> list[str]:
    """Remove what only a stack that is gone had kept, and all its marks; return what was removed.

    keep: references of images that stay, unmarked, so that the stack is soon up again.
    """
    removed = retain(engine, stack, keep)
    unmark(engine, stack)
    return removed


def unmark(engine: docker.DockerClient, stack: str) -> None:
    """Remove all marks of a stack; the images stay."""
    for each in marks(tagged(engine), stack):
        _remove(engine, each)


def _remove(engine: docker.DockerClient, tag: str) -> bool:
    try:
        engine.api.remove_image(tag)
    except NotFound:
        return False
    except APIError as error:
        if error.status_code != _IN_USE:
            raise
        return False
    return True
