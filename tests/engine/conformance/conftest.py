"""A stack with nothing in it yet, and nothing of it left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .docker_harness import DockerStack, laid_out


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A Pulumi home with the plugins to test; None: the machine's own."""
    return laid_out(tmp_path_factory.mktemp("home"))


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory, home: Path | None) -> Iterator[DockerStack]:
    made = DockerStack(tmp_path_factory.mktemp("stack"), home)
    yield made
    made.close()
