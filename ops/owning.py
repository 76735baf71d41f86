"""Refusing to work on what the engine holds of another checkout."""

from __future__ import annotations

import json

from plan.owner import refusal

from .backend import checkpoint
from .engine import containers
from .exits import Exit, Stopped
from .owner import bare, drop, marked, own
from .project import Project
from .pulumi_cli import Pulumi

_CONTAINER = json.dumps("docker:index/container:Container")


def refuse_others(project: Project) -> None:
    """Raise Stopped when the engine holds the stack of another checkout."""
    if why := others(project):
        raise Stopped(Exit.OTHERS, why)


def others(project: Project) -> str:
    """Return why a stack is another checkout's, empty when it is not. Nothing is marked."""
    there = marked(project.engine, project.names)
    if there is not None:
        ours = there.id == own(project.root).id or bare(project.engine, project.names)
    else:
        ours = not containers(project.engine, project.stack) or _known(project)
    return "" if ours else refusal(project.stack, there)


def let_go(project: Project) -> None:
    """Remove the mark when nothing else of the stack is on the engine."""
    if bare(project.engine, project.names):
        drop(project.engine, project.names)


def _known(project: Project) -> bool:
    """Whether our state has containers of the stack."""
    file = checkpoint(project.root, project.stack)
    if file is None:
        return Pulumi(project).exists()
    return file.exists() and _CONTAINER in file.read_text()
