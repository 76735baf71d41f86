"""What of a stack is on the engine although its state does not know it, or no longer."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.volumes import Volume

from plan.names import COMPONENT_LABEL, of_stack
from plan.stores import BACKUP_VOLUME, data_volume

from .engine import containers
from .exits import Exit, Stopped
from .images import forget
from .project import Project

# As long as the slowest store may take to end what it writes.
STOP_SECONDS = 60
AT_ONCE = 8
DATA = (data_volume("postgres"), data_volume("redis"), BACKUP_VOLUME)


def data_volumes(project: Project) -> list[str]:
    """Return the names of the stack's volumes that hold data or backups."""
    return sorted(
        str(volume.name)
        for volume in project.engine.volumes.list(filters=of_stack(project.stack))
        if _component(volume) in DATA
    )


def remove_containers_and_networks(project: Project) -> list[str]:
    """Remove the stack's containers and networks that are still there; return their names.

    They are what an interrupted update had made before the state knew of it.
    """
    removed = []
    for container in containers(project.engine, project.stack):
        container.remove(force=True)
        removed.append(str(container.name))
    for network in project.engine.networks.list(filters=of_stack(project.stack)):
        network.remove()
        removed.append(str(network.name))
    return removed


def stop_containers(project: Project) -> None:
    """Stop what runs of the stack, all at once, so that stores end what they write."""

    def stop(container: Container) -> None:
        try:
            container.stop(timeout=STOP_SECONDS)
        except NotFound:
            return

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(stop, containers(project.engine, project.stack)))


def remove_volumes(project: Project, keep: Collection[str] = ()) -> list[str]:
    """Remove the volumes of the stack; return their names.

    keep: components whose volumes stay. Raises Stopped when the engine refuses one.
    """
    removed = []
    for volume in project.engine.volumes.list(filters=of_stack(project.stack)):
        if _component(volume) in keep:
            continue
        try:
            volume.remove()
        except NotFound:
            continue
        except APIError as error:
            raise Stopped(
                Exit.FAILED,
                f"Volume {volume.name} could not be removed: {error.explanation or error}. "
                "Remove what uses it, then run the same command again.",
            ) from error
        removed.append(str(volume.name))
    return removed


def remove_images(project: Project) -> list[str]:
    """Remove images that only the stack had kept, but those of the present source.

    Raises Stopped when the engine refuses.
    """
    source = set(project.deployment.images.values())
    try:
        return forget(project.engine, project.stack, source)
    except APIError as error:
        raise Stopped(
            Exit.FAILED,
            f"Images of earlier releases could not be removed: {error.explanation or error}. "
            "All else of the stack is gone; run the same command again.",
        ) from error


def _component(volume: Volume) -> str | None:
    labels: dict[str, str] = volume.attrs.get("Labels") or {}
    return labels.get(COMPONENT_LABEL)
