"""A tag changes when, and only when, something that goes into the image changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from catalog.images import IMAGES
from plan.content_hash import Tags

ROOT = Path(__file__).resolve().parents[3]
CACHES = shutil.ignore_patterns("__pycache__")


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of just the inputs of the images, for those who leave it as it is."""
    return copied(tmp_path_factory.mktemp("pristine"), IMAGES)


def copied(folder: Path, names: Iterable[str]) -> Path:
    """Copy the inputs of these images and of their parents into a folder; return it."""
    for name in names:
        image = IMAGES[name]
        if image.parent:
            copied(folder, [image.parent])
        for given in image.inputs:
            target = folder / given
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / given).is_dir():
                shutil.copytree(ROOT / given, target, dirs_exist_ok=True, ignore=CACHES)
            else:
                shutil.copy2(ROOT / given, target)
    return folder


@pytest.mark.parametrize("name", IMAGES)
def test_equal_inputs_give_equal_tags(name: str, pristine: Path) -> None:
    assert Tags(pristine)[name] == Tags(ROOT)[name]


@pytest.mark.parametrize("name", IMAGES)
def test_a_changed_input_changes_the_tag(name: str, tmp_path: Path) -> None:
    copy = copied(tmp_path, [name])
    before = Tags(copy)[name]
    given = copy / IMAGES[name].inputs[-1]
    (given / "new.txt" if given.is_dir() else given).write_text("changed")
    assert Tags(copy)[name] != before


def test_a_changed_parent_changes_the_tag_of_its_children(tmp_path: Path) -> None:
    copy = copied(tmp_path, ["redis"])
    before = Tags(copy)["redis"]
    (copy / "images/base/Dockerfile").write_text("FROM scratch\n")
    assert Tags(copy)["redis"] != before


def test_an_executable_bit_counts_and_a_cache_does_not(tmp_path: Path) -> None:
    copy = copied(tmp_path, ["redis"])
    before = Tags(copy)["redis"]
    (copy / "images/redis/__pycache__").mkdir()
    (copy / "images/redis/__pycache__/x.pyc").write_text("x")
    assert Tags(copy)["redis"] == before
    (copy / "images/redis/Dockerfile").chmod(0o755)
    assert Tags(copy)["redis"] != before


def test_tags_asked_for_together_are_those_asked_for_alone(pristine: Path) -> None:
    tags = Tags(pristine)
    assert {name: tags[name] for name in IMAGES} == {name: Tags(pristine)[name] for name in IMAGES}


def test_a_missing_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="images/base, an input of image base"):
        Tags(tmp_path)["base"]
