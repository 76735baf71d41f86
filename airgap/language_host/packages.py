"""What a package says about its plugin, as the engine wants to hear it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from airgap.protocol import plugin_pb2


def dependency(described: Mapping[str, Any]) -> plugin_pb2.PackageDependency:
    """Return the message for the content of a package's pulumi-plugin.json, completed."""
    return plugin_pb2.PackageDependency(
        name=described["name"],
        kind="resource",
        version="v" + described["version"].removeprefix("v"),
        server=described.get("server", ""),
        parameterization=_parameterization(described.get("parameterization")),
        extension=_parameterization(described.get("extensionParameterization")),
    )


def _parameterization(
    described: Mapping[str, str] | None,
) -> plugin_pb2.PackageParameterization | None:
    if not described:
        return None
    return plugin_pb2.PackageParameterization(
        name=described["name"],
        version=described["version"],
        value=base64.b64decode(described["value"]),
    )
