"""A stack with nothing in it yet, and nothing of it left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .docker_harness import DockerStack


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerStack]:
    made = DockerStack(tmp_path_factory.mktemp("stack"))
    yield made
    made.close()
