"""The PyAirtable platform: settings -> what is deployed -> stack outputs."""

import os
from pathlib import Path

import docker
import pulumi

import settings
from components import debug_messages, operations
from components.program import deploy
from components.progress import Progress
from ops.exits import Stopped
from ops.state import copy_before_up
from plan.deployment import Deployment
from plan.request import asked
from plan.resolve import resolve

ROOT = Path(__file__).resolve().parent
debug_messages.dropped()


def operate(
    deployment: Deployment, engine: docker.DockerClient, progress: Progress
) -> operations.Operations:
    """Return the hand on the platform that runs; loaded here, because a preview needs none."""
    from ops.operations import Operations

    return Operations(deployment=deployment, engine=engine, progress=progress, root=ROOT)


if not pulumi.runtime.is_dry_run():
    try:
        copy_before_up(ROOT, pulumi.get_stack())
    except Stopped as error:
        raise pulumi.RunError(error.message) from None
try:
    configured = settings.from_pulumi(ROOT)
except settings.SettingsError as error:
    raise pulumi.RunError(str(error)) from None

given = {
    name: secret.get_secret_value()
    for name, secret in {
        "airtable-token": configured.airtable_token,
        "gemini-api-key": configured.gemini_api_key,
    }.items()
    if secret is not None
}
outputs = deploy(
    resolve(configured, pulumi.get_stack(), ROOT),
    given,
    ROOT,
    operate,
    asked(os.environ),
)
for name, value in outputs.items():
    pulumi.export(name, value)
