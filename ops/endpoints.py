"""Where a stack is reached, after an `up`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .output import Table, show


def endpoint_table(outputs: Mapping[str, Any]) -> Table:
    """Return the published services of a stack's outputs, each with address, slot and image."""
    services = outputs.get("services", {})
    rows = [
        (name, url, services.get(name, {}).get("slot", ""), services.get(name, {}).get("image", ""))
        for name, url in sorted(outputs.get("endpoints", {}).items())
    ]
    return Table(("service", "address", "slot", "image"), rows)


def show_endpoints(stack: str, outputs: Mapping[str, Any]) -> None:
    """Print where the stack is reached and which release runs."""
    release = outputs.get("release", {})
    print()
    if outputs.get("endpoints"):
        show(endpoint_table(outputs))
    print(f"Stack {stack} is up and validated: release {release.get('id')}.")
