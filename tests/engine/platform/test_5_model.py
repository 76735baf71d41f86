"""Whatever is done in whatever order, what serves is what a simple model says."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass

import httpx
import pytest

from .project import Project
from .test_5_releases import (
    AUTH,
    image,
    kill_with_descendants,
    moved,
    releasing,
    slot,
    source_image,
    weights,
)
from .users import works
from .versions import version

__all__ = ["releasing"]
STEPS = 8


@dataclass
class Model:
    """What must serve. history: the versions that served, oldest first, without what was bad.

    source: the version that the configuration names; pinned: it is not followed.
    """

    history: list[str]
    source: str
    pinned: bool = False
    made: int = 0

    @property
    def live(self) -> str:
        return self.history[-1]

    def serves(self, reference: str) -> None:
        """A version was released."""
        if reference != self.live:
            self.history.append(reference)
        self.source, self.pinned = reference, False


def new(project: Project, model: Model) -> str:
    model.made += 1
    return version(source_image(project), f"{AUTH}:model-{model.made}")


def start(project: Project, reference: str) -> subprocess.Popen[str]:
    """Begin a release; return when its traffic moves."""
    before = weights(project)
    update = project.start(
        "python", "-m", "ops.cli", "release", AUTH, "--image", reference, "--stack", project.stack
    )
    moved(project, before)
    return update


def release(project: Project, model: Model, _: random.Random) -> None:
    reference = new(project, model)
    assert project.platformctl("release", AUTH, "--image", reference).ok
    model.serves(reference)


def rollback(project: Project, model: Model, _: random.Random) -> None:
    ended = project.platformctl("rollback", AUTH)
    assert ended.ok, ended.output
    model.history.pop()
    model.pinned = model.source != model.live


def abort(project: Project, model: Model, _: random.Random) -> None:
    update = start(project, new(project, model))
    assert project.platformctl("abort").ok
    output, _ = update.communicate(timeout=300)
    assert update.returncode == 1, output


def kill(project: Project, model: Model, chance: random.Random) -> None:
    """A release is killed while traffic moves; the next `up` goes on from there."""
    reference = new(project, model)
    update = start(project, reference)
    time.sleep(chance.uniform(0, 2))
    kill_with_descendants(update.pid)
    assert update.wait(60) != 0
    model.source = reference
    up(project, model, chance)


def up(project: Project, model: Model, _: random.Random) -> None:
    ended = project.platformctl("up")
    assert ended.ok, ended.output
    if not model.pinned:
        model.serves(model.source)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_sequence_what_must_serve_serves(
    releasing: Project, gateway: httpx.Client, seed: int
) -> None:
    chance = random.Random(seed)
    model = Model(history=[image(releasing)], source=image(releasing), made=100 * seed)
    release(releasing, model, chance)
    # What served before is not the model's matter.
    del model.history[0]
    done: list[str] = []
    for _ in range(STEPS):
        action = chance.choice((release, release, rollback, abort, kill, up))
        if action is rollback and len(model.history) == 1:
            action = release
        action(releasing, model, chance)
        done.append(action.__name__)
        assert image(releasing) == model.live, done
        serving = slot(releasing)
        assert {n for n, weight in weights(releasing).items() if weight} == {serving}, done
        works(gateway)
