"""Pulumi's protocol alone: its generated messages and services, without the SDK around them.

`from airgap.protocol import provider_pb2`. The SDK's package imports all of the SDK, which
would cost every plugin a good part of its start, and the engine starts several for each command.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import engine_pb2 as engine_pb2
    from pulumi.runtime.proto import engine_pb2_grpc as engine_pb2_grpc
    from pulumi.runtime.proto import language_pb2 as language_pb2
    from pulumi.runtime.proto import language_pb2_grpc as language_pb2_grpc
    from pulumi.runtime.proto import plugin_pb2 as plugin_pb2
    from pulumi.runtime.proto import provider_pb2 as provider_pb2
    from pulumi.runtime.proto import provider_pb2_grpc as provider_pb2_grpc

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def __getattr__(name: str) -> ModuleType:
    """Load a generated module. Raises AttributeError for any other name."""
    if not name.endswith(("_pb2", "_pb2_grpc")):
        raise AttributeError(f"module {__name__} has no attribute {name}")
    with _bare_packages():
        return importlib.import_module(f"{_PACKAGES[-1]}.{name}")


@contextmanager
def _bare_packages() -> Iterator[None]:
    """Let packages that are not imported yet be just folders, until the end of the block."""
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("The Python package pulumi is not installed.")
    folder = Path(found.origin).parent
    bare = []
    for package in _PACKAGES:
        if package not in sys.modules:
            module = ModuleType(package)
            module.__path__ = [str(folder.joinpath(*package.split(".")[1:]))]
            sys.modules[package] = module
            bare.append(package)
    try:
        yield
    finally:
        for package in bare:
            del sys.modules[package]
