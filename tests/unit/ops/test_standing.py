"""What stands is asked of the router, the engine and, for images of others, their registry."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError, ImageNotFound

from ops.standing import Standing


class Images:
    """An engine with one image and a registry with another. asked: what went to the registry."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.images = self

    def get(self, reference: str) -> str:
        if reference != "here:1":
            raise ImageNotFound(reference)
        return reference

    def get_registry_data(self, reference: str) -> str:
        self.asked.append(reference)
        if reference != "there:1":
            raise APIError("no such image")
        return reference


@pytest.fixture
def images() -> Images:
    return Images()


@pytest.fixture
def standing(images: Images) -> Standing:
    engine: Any = images
    router: Any = None
    slots = {"blue": {"state": "UP"}, "green": {"state": "DOWN"}}
    return Standing(engine=engine, router=router, services={"a": slots})


def test_a_slot_is_well_when_the_router_finds_it_up(standing: Standing) -> None:
    assert standing.well("a", "blue")
    assert not standing.well("a", "green")
    assert not standing.well("gone", "blue")


def test_an_image_of_others_counts_when_its_registry_has_it(
    standing: Standing, images: Images
) -> None:
    assert standing.has_image("here:1", False)
    assert not images.asked
    assert standing.has_image("there:1", False)
    assert not standing.has_image("nowhere:1", False)
    assert not standing.has_image("nowhere:1", False)
    assert images.asked == ["there:1", "nowhere:1"]


def test_no_registry_is_asked_for_an_image_of_ours(standing: Standing, images: Images) -> None:
    assert standing.has_image("here:1", True)
    assert not standing.has_image("there:1", True)
    assert not images.asked
