"""The SDK's debug messages: several for each resource, each a call to the engine."""

from __future__ import annotations

import os

import pulumi

VARIABLE = "PYAIRTABLE_DEBUG"


def dropped() -> bool:
    """Drop the SDK's debug messages, which the engine would throw away; return whether so.

    Nobody sees them but with `pulumi --debug`; with PYAIRTABLE_DEBUG set they are sent.
    """
    if os.environ.get(VARIABLE):
        return False
    pulumi.log.debug = _drop
    return True


def _drop(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,
) -> None:
    """Do nothing, as debug does without an engine."""
