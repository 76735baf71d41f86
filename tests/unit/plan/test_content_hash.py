"""A tag changes when, and only when, something that goes into the image changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from catalog.images import IMAGES
from plan.content_hash import tag

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of just the inputs of the images."""
    for image in IMAGES.values():
        for given in image.inputs:
            target = tmp_path / given
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / given).is_dir():
                shutil.copytree(ROOT / given, target, dirs_exist_ok=True)
            else:
                shutil.copy2(ROOT / given, target)
    return tmp_path


@pytest.mark.parametrize("name", IMAGES)
def test_equal_inputs_give_equal_tags(name: str, copy: Path) -> None:
    assert tag(copy, name) == tag(ROOT, name)


@pytest.mark.parametrize("name", IMAGES)
def test_a_changed_input_changes_the_tag(name: str, copy: Path) -> None:
    before = tag(copy, name)
    given = copy / IMAGES[name].inputs[-1]
    (given / "new.txt" if given.is_dir() else given).write_text("changed")
    assert tag(copy, name) != before


def test_a_changed_parent_changes_the_tag_of_its_children(copy: Path) -> None:
    before = tag(copy, "redis")
    (copy / "images/base/Dockerfile").write_text("FROM scratch\n")
    assert tag(copy, "redis") != before


def test_an_executable_bit_counts_and_a_cache_does_not(copy: Path) -> None:
    before = tag(copy, "redis")
    (copy / "images/redis/__pycache__").mkdir()
    (copy / "images/redis/__pycache__/x.pyc").write_text("x")
    assert tag(copy, "redis") == before
    (copy / "images/redis/Dockerfile").chmod(0o755)
    assert tag(copy, "redis") != before


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="images/base, an input of image base"):
        tag(tmp_path, "base")
