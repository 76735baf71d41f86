"""What the packages beside a Python say about their plugins."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from airgap.language_host import installed
from airgap.language_host.packages import dependency


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of packages that stands before all others."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def package(folder: Path, name: str, /, **described: Any) -> None:
    (folder / name).mkdir()
    (folder / name / "pulumi-plugin.json").write_text(json.dumps(described))


def found() -> dict[str, Any]:
    return {each["name"]: each for each in installed.plugins()}


def test_a_package_names_its_plugin(packages: Path) -> None:
    package(packages, "pulumi_one", resource=True, name="uno", version="1.2.3", server="s")
    assert found()["uno"] == {"resource": True, "name": "uno", "version": "1.2.3", "server": "s"}


def test_a_plugin_without_name_and_version_has_those_of_its_package(packages: Path) -> None:
    package(packages, "pulumi_two", resource=True)
    metadata = packages / "pulumi_two-2.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: pulumi-two\nVersion: 2.0\n")
    assert found()["two"] == {"resource": True, "name": "two", "version": "2.0"}


def test_a_package_without_a_plugin_is_left_out(packages: Path) -> None:
    package(packages, "pulumi_three", resource=False, name="three", version="3.0")
    assert "three" not in found()


def test_the_first_of_two_packages_of_one_name_counts(packages: Path) -> None:
    package(packages, "pulumi_random", resource=True, name="random", version="0.0.1")
    assert found()["random"]["version"] == "0.0.1"


def test_what_a_package_says_more_is_told_to_the_engine() -> None:
    value = base64.b64encode(b"\x00\xff").decode()
    extra = {"name": "inner", "version": "0.1.0", "value": value}
    described = {"name": "n", "version": "v1.0.0", "server": "s", "parameterization": extra}
    message = dependency(described)
    assert (message.name, message.version, message.server) == ("n", "v1.0.0", "s")
    assert message.parameterization.value == b"\x00\xff"
    assert not message.HasField("extension")


@pytest.mark.parametrize("question", ["plugins", "version", "direct", "all"])
def test_the_answer_of_the_script_is_that_of_the_module(question: str) -> None:
    done = subprocess.run(
        [sys.executable, installed.__file__, question], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(installed.main(question)))
