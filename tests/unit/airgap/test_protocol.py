"""A plugin loads the protocol's messages, and of the SDK nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airgap import protocol

ROOT = Path(__file__).resolve().parents[3]
PLUGINS = ["airgap.docker_provider.server", "airgap.random_provider.server"]


def alone(code: str) -> str:
    """Run code in a process of its own and return what it prints."""
    variables = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-P", "-c", code]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("module", [*PLUGINS, "airgap.language_host.server"])
def test_a_plugin_starts_without_the_sdk(module: str) -> None:
    told = alone(
        f"import sys, {module}\n"
        "theirs = [each for each in sys.modules if each.partition('.')[0] == 'pulumi']\n"
        "print([each for each in theirs if not each.startswith('pulumi.runtime.proto.')])"
    )
    assert told == "[]"


def test_the_sdk_can_still_be_imported_afterwards_and_has_the_same_messages() -> None:
    told = alone(
        "from airgap.protocol import provider_pb2, provider_pb2_grpc\n"
        "import pulumi, pulumi.runtime\n"
        "from pulumi.runtime.proto import provider_pb2 as theirs\n"
        "print(theirs is provider_pb2, pulumi.Output.from_input(1) is not None)"
    )
    assert told == "True True"


def test_what_is_no_message_is_no_attribute() -> None:
    assert not hasattr(protocol, "provider")
