"""platformctl up."""

from __future__ import annotations

from ..endpoints import show_endpoints
from ..options import Json, Stack
from ..output import show_json
from ..project import find
from ..pulumi_cli import Pulumi, finish
from ..state import copy_before_up


def up(stack: Stack = None, as_json: Json = False) -> None:
    """Bring the stack up and validate it.

    A stack that runs is brought to what its settings say now. Settings, Docker Engine and
    lock are looked at before anything is touched, and the state is copied. What is right
    already is not touched, so running it again is always safe. With --json the progress goes
    to the error output and the stack's outputs to the standard output.
    """
    project = find(stack)
    _ = project.deployment, project.engine
    pulumi = Pulumi(project)
    pulumi.ensure_stack()
    pulumi.unlock()
    copy_before_up(project.root, project.stack)
    ended = pulumi.stream("up", "--yes", "--skip-preview", "--suppress-outputs", quiet=as_json)
    finish(ended, project.stack, "up")
    outputs = pulumi.outputs()
    if as_json:
        show_json({"stack": project.stack, "outputs": outputs})
    else:
        show_endpoints(project.stack, outputs)
