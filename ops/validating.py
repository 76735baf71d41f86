"""platformctl validate."""

from __future__ import annotations

import json

import typer

from .context import Context
from .exits import FAILED
from .validation import validate


def check(context: Context, as_json: bool) -> int:
    """Look at every service and store, then run the smoke tests."""
    report = validate(context.deployment, context.slots, context.engine)
    typer.echo(json.dumps(report.as_dict(), indent=2) if as_json else report.table())
    return 0 if report.passed else FAILED
