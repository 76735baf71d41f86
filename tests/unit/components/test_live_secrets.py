"""A store takes changed secrets while it runs, after it is healthy, on every update."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError

from components import engine
from components.live_secrets import TAKE, LiveSecrets, NotTaken
from components.progress import Progress
from components.recorder import Watch
from plan.generation import Generation, Stage
from plan.names import DIGEST_LABEL
from plan.release import RELEASE, Release

from .test_platform import previewed, wanted

IMAGES = Path(__file__).resolve().parents[3] / "images"


@dataclass
class Store:
    """A container that answers a command as it is told, and notes what was done to it."""

    answer: Any = field(default_factory=lambda: SimpleNamespace(exit_code=0, output=b""))
    done: list[str] = field(default_factory=list)

    def healthy(self, container_id: str, watch: Watch) -> None:
        self.done.append(f"{container_id} healthy")

    def exec_run(self, command: list[str]) -> Any:
        self.done.append(" ".join(command))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    containers = SimpleNamespace(get=lambda _: made)
    monkeypatch.setattr(engine, "client", lambda _: SimpleNamespace(containers=containers))
    return made


def take(store: Store) -> None:
    LiveSecrets(name="redis", healthy=store.healthy, address="unix:///x").take(
        "abc", Watch("redis", Progress())
    )


def test_secrets_are_taken_once_the_store_is_healthy(store: Store) -> None:
    take(store)
    assert store.done == ["abc healthy", TAKE]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SimpleNamespace(exit_code=1, output=b"ERR no such user\n"), "It said: ERR no such user."),
        (SimpleNamespace(exit_code=1, output=b""), "It said: nothing."),
        (APIError("x", explanation="container is paused"), "It said: container is paused."),
    ],
)
def test_a_store_that_takes_no_secrets_fails_the_update_and_serves_on(
    store: Store, answer: Any, said: str
) -> None:
    store.answer = answer
    with pytest.raises(NotTaken, match="redis did not take its secrets") as failed:
        take(store)
    assert "It serves on with those that it has" in str(failed.value)
    assert said in str(failed.value)


@pytest.mark.parametrize("image", ["postgres", "redis"])
def test_the_images_of_the_stores_have_the_command(image: str) -> None:
    assert (IMAGES / image / TAKE).stat().st_mode & 0o111
    copied = (IMAGES / image / "Dockerfile").read_text()
    assert f" {TAKE} " in copied


def labels(containers: dict[str, Any], name: str) -> list[str]:
    return [each["label"] for each in containers[name].inputs["labels"]]


def test_changed_secrets_replace_services_but_no_store() -> None:
    containers = previewed(wanted())[0].of_type("Container")
    secret = f"{DIGEST_LABEL}.run.secrets"
    for name in ("postgres", "redis"):
        assert secret not in labels(containers, name)
    assert secret in labels(containers, "auth-service-blue")
    own = previewed(wanted(stores={"redis": {"image": "example.com/redis:7"}}))[0]
    assert secret in labels(own.of_type("Container"), "redis")


def test_a_stage_is_dated_by_the_end_of_its_update() -> None:
    first = previewed(wanted())[1]
    record: Release = RELEASE.validate_python(first["release"])
    assert record.generations == {}
    used = Generation(number=2, stage=Stage.USED, since="2026-01-01T00:00:00+00:00")
    _, outputs = previewed(wanted(), first, {"jwt-secret": used})
    after = RELEASE.validate_python(outputs["release"]).generations["jwt-secret"]
    assert (after.number, after.stage) == (2, Stage.USED)
    assert after.since > used.since
