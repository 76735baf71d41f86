"""Holding the stack's lock, so that no update runs while its data is worked on."""

from __future__ import annotations

import getpass
import json
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from . import lock
from .owning import refuse_others
from .project import Project
from .pulumi_cli import Pulumi


@contextmanager
def held(project: Project) -> Iterator[None]:
    """Hold the lock that Pulumi itself looks at. Raises Stopped while somebody else does.

    Raises it, too, when the engine holds the stack of another checkout. Where the state is not in
    a folder there is no such lock, and nothing is held.
    """
    refuse_others(project)
    Pulumi(project).unlock()
    where = lock.lock_folder(project.root, project.stack)
    if where is None:
        yield
        return
    where.mkdir(parents=True, exist_ok=True)
    mine = where / f"{uuid.uuid4()}.json"
    mine.write_text(json.dumps(_content()))
    try:
        lock.refuse_others(project.root, project.stack, mine)
        yield
    finally:
        mine.unlink(missing_ok=True)


def _content() -> dict[str, str | int]:
    return {
        "pid": os.getpid(),
        "username": getpass.getuser(),
        "hostname": socket.gethostname(),
        "timestamp": datetime.now(UTC).isoformat(),
    }
