"""The PyAirtable platform: settings -> what is deployed -> stack outputs."""

import os
from pathlib import Path

import pulumi

import settings
from components import debug_messages
from components.program import deploy
from ops.exits import Stopped
from ops.operations import Operations
from ops.state import copy_before_up
from plan.request import asked
from plan.resolve import resolve

ROOT = Path(__file__).resolve().parent
debug_messages.dropped()

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
    lambda deployment, engine, progress: Operations(
        deployment=deployment, engine=engine, progress=progress, root=ROOT
    ),
    asked(os.environ),
)
for name, value in outputs.items():
    pulumi.export(name, value)
