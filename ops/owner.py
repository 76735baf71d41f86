"""The mark on the engine that says whose a stack's name is."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

import docker
from docker.errors import NotFound

from plan.names import Names, of_stack
from plan.owner import OWNER, Owner, read, refusal

from .backend import folder
from .engine import containers
from .environment import environment

FILE = "pyairtable-owner"


def marked(engine: docker.DockerClient, names: Names) -> Owner | None:
    """Return whom the mark of a stack's name names, None where there is no mark."""
    try:
        found = engine.volumes.get(names.of(OWNER)).attrs
    except NotFound:
        return None
    return read(found.get("Labels"), found.get("CreatedAt") or "")


def own(root: Path) -> Owner:
    """Return the owner that the state of the project in root is; made up once, beside it.

    All who share a state are one owner. Where it is kept in no folder, its address tells.
    """
    place = f"{root} on {socket.gethostname()}"
    base = folder(root)
    if base is None:
        where = urlsplit(environment(root)["PULUMI_BACKEND_URL"])._replace(query="").geturl()
        return Owner(id=hashlib.sha256(where.encode()).hexdigest()[:16], place=place)
    file = base / FILE
    if not file.exists():
        _made(file)
    return Owner(id=file.read_text().strip(), place=place)


def claim(engine: docker.DockerClient, names: Names, root: Path, known: Collection[str]) -> str:
    """Take a stack's name; return why it cannot be taken, empty when it is ours.

    known: names of what our state knows. What nobody has marked is ours when the state knows
    some of its containers, or when there are none. A mark that nothing else is left of counts
    no more.
    """
    mine, there = own(root), marked(engine, names)
    if there is None:
        found = {str(each.name) for each in containers(engine, names.stack)}
        if found and not found & set(known):
            return refusal(names.stack, None)
    elif there.id != mine.id and bare(engine, names):
        drop(engine, names)
        there = None
    if there is None:
        # Of two who do this at once the engine gives both the mark of the first.
        engine.volumes.create(names.of(OWNER), labels=mine.labels(names))
        there = marked(engine, names)
    return "" if there and there.id == mine.id else refusal(names.stack, there)


def take(engine: docker.DockerClient, names: Names, root: Path) -> None:
    """Mark a stack's name as ours, whoever held it."""
    drop(engine, names)
    engine.volumes.create(names.of(OWNER), labels=own(root).labels(names))


def drop(engine: docker.DockerClient, names: Names) -> None:
    """Remove the mark of a stack's name, if there is one."""
    try:
        engine.volumes.get(names.of(OWNER)).remove()
    except NotFound:
        return


def bare(engine: docker.DockerClient, names: Names) -> bool:
    """Whether the mark is all that there is of a stack."""
    mine = of_stack(names.stack)
    volumes = {str(each.name) for each in engine.volumes.list(filters=mine)}
    rest = volumes - {names.of(OWNER)}
    return not (rest or containers(engine, names.stack) or engine.networks.list(filters=mine))


def _made(file: Path) -> None:
    """Write a new id; of several who do it at once all get the same."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_name(f"{FILE}.{os.getpid()}")
    half.write_text(secrets.token_hex(8) + "\n")
    try:
        os.link(half, file)
    except FileExistsError:
        return
    finally:
        half.unlink()
