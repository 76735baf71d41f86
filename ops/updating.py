"""One update of a stack by Pulumi, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plan.request import Request

from .endpoints import show_endpoints
from .output import show_json
from .owning import refuse_others
from .project import Project
from .pulumi_cli import Pulumi, finish
from .state import copy_before_up


def update(
    project: Project, request: Request, *, quiet: bool = False, what: str = "up"
) -> Mapping[str, Any]:
    """Run `pulumi up` and return the stack's outputs.

    request: what this update does differently. quiet: its progress goes to the error output.
    what: the command's name, for messages. Settings, engine and lock are looked at before
    anything is touched. Raises Stopped when the update does not come to its end.
    """
    _ = project.deployment, project.engine
    refuse_others(project)
    pulumi = Pulumi(project)
    pulumi.ensure_stack()
    pulumi.unlock()
    copy_before_up(project.root, project.stack)
    options = ("--yes", "--skip-preview", "--suppress-outputs")
    ended = pulumi.stream("up", *options, quiet=quiet, request=request)
    finish(ended, project.stack, what)
    return pulumi.outputs()


def show_update(project: Project, outputs: Mapping[str, Any], *, as_json: bool) -> None:
    """Print what an update came to: where the stack is reached, or its outputs as JSON."""
    if as_json:
        show_json({"stack": project.stack, "outputs": outputs})
    else:
        show_endpoints(project.stack, outputs)
