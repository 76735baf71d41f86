"""Images are marked and removed on the engine as the plan says, and what others do is theirs."""

from __future__ import annotations

from typing import Any

import pytest
from docker.errors import APIError, ImageNotFound

from ops.images import forget, retain, tagged

OLD, NEW = "pyairtable/redis:0000000000aa", "pyairtable/redis:0000000000bb"
OLD_MARK, NEW_MARK = "pyairtable-kept/redis:0000000000aa.dev", "redis:0000000000bb.dev"


class Answer:
    """What the engine answered. status_code: of HTTP."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.url, self.reason = "http://engine/images", "disk"


class Engine:
    """An engine with two images. refused: error by tag, raised when it is to be removed."""

    def __init__(self, **refused: Exception) -> None:
        self.api = self
        self.refused = {OLD: refused["old"]} if refused else {}
        self.done: list[tuple[str, ...]] = []
        self.asked: Any = None
        self.running = [{"ImageID": "sha256:2"}, {"ImageID": "sha256:9"}]

    def containers(self, all: bool) -> list[dict[str, str]]:
        return self.running if all else []

    def images(self, filters: Any) -> list[dict[str, Any]]:
        self.asked = filters["reference"]
        return [
            {"Id": "sha256:1", "RepoTags": [OLD, OLD_MARK]},
            {"Id": "sha256:2", "RepoTags": [NEW]},
            {"Id": "sha256:3", "RepoTags": None},
        ]

    def tag(self, image: str, repository: str, tag: str) -> None:
        self.done.append(("tag", image, repository, tag))

    def remove_image(self, tag: str) -> None:
        if tag in self.refused:
            raise self.refused[tag]
        self.done.append(("remove", tag))


def retained(engine: Any) -> list[str]:
    return retain(engine, "dev", [NEW])


def test_what_is_kept_is_marked_and_what_no_release_names_is_removed() -> None:
    engine = Engine()
    assert retained(engine) == [OLD]
    assert engine.done == [
        ("tag", NEW, "pyairtable-kept/redis", NEW_MARK.removeprefix("redis:")),
        ("remove", OLD),
        ("remove", OLD_MARK),
    ]


def test_only_our_own_names_and_marks_are_asked_for() -> None:
    engine: Any = Engine()
    found = tagged(engine)
    assert [each.used for each in found] == [False, True, False]
    assert {"pyairtable/redis", "pyairtable-kept/*"} <= set(engine.asked)
    assert "pyairtable/debian" not in engine.asked
    assert all(each.startswith(("pyairtable/", "pyairtable-kept/")) for each in engine.asked)


def test_an_image_in_a_container_that_does_not_run_is_used_too() -> None:
    engine = Engine()
    engine.running.append({"ImageID": "sha256:1"})
    assert retained(engine) == []
    assert [each[0] for each in engine.done] == ["tag"]


@pytest.mark.parametrize(
    "refusal", [ImageNotFound("gone"), APIError("conflict", response=Answer(409))]
)
def test_what_others_removed_or_use_meanwhile_is_not_told_as_removed(refusal: Exception) -> None:
    engine = Engine(old=refusal)
    assert retained(engine) == []
    assert ("remove", OLD_MARK) in engine.done


def test_another_refusal_of_the_engine_is_told() -> None:
    with pytest.raises(APIError, match="disk"):
        retained(Engine(old=APIError("disk", response=Answer(500))))


def test_a_stack_that_is_gone_leaves_its_last_images_without_marks() -> None:
    engine: Any = Engine()
    assert forget(engine, "dev", [OLD]) == []
    assert engine.done == [("remove", OLD_MARK)]
