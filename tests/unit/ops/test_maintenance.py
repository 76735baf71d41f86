"""Maintenance keeps callers out while a store is replaced, and lets them in once all answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from docker.errors import APIError, ImageNotFound

from ops import maintenance
from ops.maintenance import Maintenance

Looks = list[tuple[int, str]]


class Platform:
    """A router, an engine and a progress in one. told: all that they were asked to do."""

    def __init__(self, looks: Looks, *, runs: bool = True, images: tuple[str, ...] = ()) -> None:
        self.looks, self.runs, self.here = iter(looks), runs, set(images)
        self.last = (0, "UP")
        self.told: list[str] = []
        self.images = self

    def look(self) -> dict[str, Any]:
        self.last = next(self.looks, self.last)
        sessions, state = self.last
        slots = {
            "blue": {"weight": 100, "sessions": sessions, "state": state},
            "green": {"weight": 0, "sessions": 0, "state": "UP"},
        }
        self.told.append(f"look {sessions} {state}")
        return {"services": {"auth-service": slots}}

    def maintain(self, seconds: int) -> None:
        self.told.append(f"maintain {seconds}")

    def step(self, text: str) -> None:
        self.told.append(text)

    def get(self, image: str) -> None:
        if image not in self.here:
            raise ImageNotFound(image)

    def pull(self, image: str) -> None:
        if image.startswith("nowhere"):
            raise APIError("no such image")
        self.told.append(f"pull {image}")


def kept(platform: Any, drain_seconds: float = 60, answer_seconds: float = 60) -> Maintenance:
    return Maintenance(
        router=platform,
        engine=platform,
        progress=platform,
        drain_seconds=drain_seconds,
        answer_seconds=answer_seconds,
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(maintenance.time, "sleep", lambda _: None)
    yield


def test_new_requests_are_turned_away_before_those_that_run_are_waited_for() -> None:
    platform = Platform([(2, "UP"), (1, "UP"), (0, "UP")])
    kept(platform).begin(90, [])
    assert platform.told == [
        "maintain 90",
        "maintenance: new requests are answered 503 with Retry-After",
        "look 2 UP",
        "look 1 UP",
        "look 0 UP",
    ]


def test_requests_that_never_end_are_waited_for_no_longer_than_the_settings_say() -> None:
    platform = Platform([(1, "UP")])
    kept(platform, drain_seconds=0).begin(90, [])
    assert platform.told[-1] == "look 1 UP"


def test_an_image_that_must_be_fetched_is_there_before_anybody_is_turned_away() -> None:
    platform = Platform([], images=("redis:1",))
    kept(platform).begin(90, ["redis:1", "example.com/postgres:16"])
    assert platform.told[:2] == ["pull example.com/postgres:16", "maintain 90"]
    nowhere = Platform([])
    with pytest.raises(APIError):
        kept(nowhere).begin(90, ["nowhere/redis:1"])
    assert nowhere.told == []


def test_requests_are_let_in_once_every_service_answers_for_a_second() -> None:
    down, up = (0, "DOWN"), (0, "UP 1/3")
    platform = Platform([down, up, down, up])
    kept(platform).end()
    looks = [each for each in platform.told if each.startswith("look")]
    assert len(looks) == 3 + int(maintenance.SURE_SECONDS / maintenance.POLL_SECONDS) + 1
    assert platform.told[-3:] == ["maintain 0", "look 0 UP 1/3", "maintenance has ended"]


def test_a_service_that_does_not_answer_in_time_is_told_of_and_keeps_nobody_out() -> None:
    platform = Platform([(0, "DOWN")])
    kept(platform, answer_seconds=0).end()
    assert platform.told == [
        "maintain 0",
        "look 0 DOWN",
        "maintenance has ended, without auth-service, which do not answer",
    ]


def test_without_a_router_there_is_nobody_to_keep_out() -> None:
    platform = Platform([], runs=False)
    kept(platform).begin(90, [])
    kept(platform).end()
    assert platform.told == []
