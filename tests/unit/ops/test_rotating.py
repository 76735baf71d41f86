"""A rotation goes through its stages by updates, each from what the last one left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from catalog import SECRETS
from ops import rotating
from ops.cli import app
from ops.exits import Exit, Stopped
from ops.project import Project
from ops.records import Records
from plan.deployment import Deployment
from plan.generation import Generation, Stage
from plan.request import Request
from plan.resolve import resolve
from settings import load

from .conftest import ROOT, Sandbox
from .kept import records, release

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class Stack:
    """A stack whose updates do what they are asked, and a clock that only waiting moves."""

    generations: dict[str, Generation] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)
    time: datetime = NOON
    fails_at: int | None = None

    def records(self, _: Project) -> Records:
        return records(release(1, live=1, generations=self.generations))

    def update(
        self, _: Project, request: Request, *, quiet: bool, what: str
    ) -> Mapping[str, object]:
        self.commands.add(what)
        if len(self.requests) == self.fails_at:
            raise Stopped(Exit.FAILED, "The update failed.")
        self.requests.append(request)
        now = self.time.isoformat()
        done = {name: replace(each, since=now) for name, each in request.generations.items()}
        self.generations = {**self.generations, **done}
        return {"endpoints": {}}

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    @property
    def stages(self) -> list[str]:
        return [request.reason for request in self.requests]


@pytest.fixture
def stack(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Stack:
    made = Stack()
    monkeypatch.setattr(rotating, "records", made.records)
    monkeypatch.setattr(rotating, "update", made.update)
    monkeypatch.setattr(rotating, "now", lambda: made.time)
    monkeypatch.setattr(rotating.time, "sleep", made.sleep)
    return made


def rotate(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["rotate", *arguments, "--stack", "dev"])


def test_a_secret_goes_through_four_updates(stack: Stack) -> None:
    done = rotate("API_KEY")
    assert done.exit_code == Exit.OK, done.output
    stages = ("accepted", "used", "required", "alone")
    assert stack.stages == [f"rotation of api-key: {stage}" for stage in stages]
    assert all(not request.instant and not request.pins for request in stack.requests)
    assert "Rotation of api-key by updates of stack dev" in done.output
    assert "api-key: the old value is gone from stores, files and state." in done.output
    assert "Waiting" not in done.output
    assert stack.time == NOON


def test_several_secrets_go_together_each_named_once(stack: Stack) -> None:
    done = rotate("API_KEY", "redis-password", "api-key")
    assert done.exit_code == Exit.OK, done.output
    assert len(stack.requests) == 4
    assert {name for name in stack.generations} == {"api-key", "redis-password"}


def test_tokens_of_the_old_secret_are_waited_for_before_it_is_refused(stack: Stack) -> None:
    done = rotate("JWT_SECRET")
    assert done.exit_code == Exit.OK, done.output
    assert "the old secret has signed are waited for: 15 minutes." in done.output
    assert "Waiting until 12:15:05 UTC" in done.output
    assert stack.time == NOON + timedelta(minutes=15, seconds=5)
    assert len(stack.requests) == 4


def test_whoever_cannot_wait_is_told_what_that_means(stack: Stack) -> None:
    done = rotate("JWT_SECRET", "--now")
    assert done.exit_code == Exit.OK, done.output
    assert "are not waited for" in done.output
    assert "`platformctl rotate jwt-secret --now` goes on" in done.output
    assert stack.time == NOON


def test_tokens_that_are_over_already_are_not_waited_for(stack: Stack) -> None:
    long_ago = (NOON - timedelta(hours=1)).isoformat()
    stack.generations = {"jwt-secret": Generation(number=2, stage=Stage.USED, since=long_ago)}
    done = rotate("JWT_SECRET")
    assert "Waiting" not in done.output
    assert stack.stages == ["rotation of jwt-secret: required", "rotation of jwt-secret: alone"]
    assert stack.time == NOON


def test_the_same_command_goes_on_where_an_update_failed(stack: Stack) -> None:
    stack.fails_at = 2
    done = rotate("POSTGRES_PASSWORD")
    assert done.exit_code == Exit.FAILED
    assert "The update failed." in done.output
    assert stack.commands == {"rotate postgres-password"}
    stack.fails_at = None
    done = rotate("POSTGRES_PASSWORD")
    assert done.exit_code == Exit.OK
    assert [each.partition(": ")[2] for each in stack.stages] == [
        "accepted",
        "used",
        "required",
        "alone",
    ]
    assert stack.generations["postgres-password"].number == 2


def test_a_second_rotation_makes_a_third_value(stack: Stack) -> None:
    rotate("REDIS_PASSWORD")
    rotate("REDIS_PASSWORD")
    assert stack.generations["redis-password"].number == 3
    assert len(stack.requests) == 8


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("PASSWORD", "There is no secret password. Those that can be rotated are api-key, "),
        ("RELEASE_KEY", "release-key belongs to the router"),
        ("AIRTABLE_TOKEN", "`pulumi config set --secret airtableToken` and `platformctl up`"),
    ],
)
def test_what_cannot_be_rotated_says_what_to_do_instead(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    deploys(monkeypatch, secrets=SECRETS)
    done = rotate("API_KEY", name)
    assert done.exit_code == Exit.USAGE
    assert said in done.output
    assert "Nothing was touched." in done.output
    assert stack.requests == []


def deploys(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Deployment:
    """Let the stack deploy something else than the source says; return what that says."""
    source = resolve(load("dev", ROOT, {}), "dev", ROOT)
    monkeypatch.setattr(Project, "deployment", replace(source, **changes))
    return source


def test_the_token_of_an_emulator_is_rotated_like_any_generated_secret(stack: Stack) -> None:
    assert rotate("AIRTABLE_TOKEN", "GEMINI_API_KEY").exit_code == Exit.OK
    assert set(stack.generations) == {"airtable-token", "gemini-api-key"}


def test_a_store_with_an_image_of_the_users_own_is_not_rotated(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = deploys(monkeypatch).stores
    own = [replace(each, container=replace(each.container, built=None)) for each in stores]
    deploys(monkeypatch, stores=tuple(own))
    done = rotate("REDIS_PASSWORD")
    assert done.exit_code == Exit.USAGE
    assert "redis runs an image of your own" in done.output
    assert "`stores.redis.image`" in done.output
    assert rotate("API_KEY").exit_code == Exit.OK
