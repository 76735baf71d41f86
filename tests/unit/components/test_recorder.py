"""The recorder keeps when each gate was asked and opened, and tells of the phases."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.progress import Progress
from components.recorder import Recorder, moment


@dataclass(frozen=True, kw_only=True)
class Told(Progress):
    """Keeps what it is told."""

    lines: list[str] = field(default_factory=list)
    states: list[tuple[str, str]] = field(default_factory=list)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def status(self, name: str, text: str) -> None:
        self.states.append((name, text))


def just_now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "123Z")


def test_a_new_container_is_waited_for_and_opens_its_phase() -> None:
    told = Told()
    recorder = Recorder(told, {"infrastructure": ("redis",)})
    with recorder.gate("redis", "container") as watch:
        watch.sees({"StartedAt": just_now()})
        watch.waits()
        watch.waits()
    (span,) = recorder.timeline().spans
    assert (span.new, span.passed, span.kind) == (True, True, "container")
    assert recorder.began <= span.begin <= span.end
    assert told.states[0] == ("redis", "waiting for healthy")
    assert told.states[1][1].startswith("healthy after 0.")
    assert [each.partition(" after")[0] for each in told.lines] == ["phase infrastructure open"]
    assert [each.name for each in recorder.timeline().phases] == ["infrastructure"]


def test_what_runs_already_is_recorded_in_silence() -> None:
    told = Told()
    recorder = Recorder(told, {"infrastructure": ("redis",)})
    with recorder.gate("redis", "container") as watch:
        watch.sees({"StartedAt": "2026-01-01T00:00:00.123456789Z"})
    assert recorder.timeline().spans[0].new is False
    assert len(recorder.timeline().phases) == 1
    assert (told.lines, told.states) == ([], [("redis", "")])


def test_who_watches_gets_steps_and_states_from_the_file(tmp_path: Path) -> None:
    live = tmp_path / "progress"
    recorder = Recorder(Progress(live=live), {"infrastructure": ("redis",)})
    with recorder.gate("redis", "container") as watch:
        watch.sees({"StartedAt": just_now()})
        watch.waits()
    told = [json.loads(line) for line in live.read_text().splitlines()]
    assert [each["text"].partition(" after")[0] for each in told[:-1]] == [
        "waiting for healthy",
        "healthy",
        "",
    ]
    assert told[-1]["line"].startswith("phase infrastructure open after 0.")


def test_nobody_who_watches_any_more_fails_nothing(tmp_path: Path) -> None:
    Progress(live=tmp_path / "gone" / "progress").status("redis", "waiting for healthy")


def test_a_gate_that_fails_is_recorded_and_its_phase_stays_closed() -> None:
    recorder = Recorder(Told(), {"infrastructure": ("redis",)})
    with pytest.raises(ValueError), recorder.gate("redis", "container"):
        raise ValueError
    timeline = recorder.timeline()
    assert [each.passed for each in timeline.spans] == [False]
    assert timeline.phases == ()


def test_a_job_took_from_its_start_to_its_exit() -> None:
    recorder = Recorder(Told(), {})
    with recorder.gate("migrations", "job") as watch:
        started = just_now()
        time.sleep(0.02)
        watch.sees({"StartedAt": started, "FinishedAt": just_now()})
        time.sleep(0.02)
    (span,) = recorder.timeline().spans
    assert 0.02 <= span.end - span.begin < recorder.timeline().ended - span.begin


@pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00Z"])
def test_a_container_that_never_ended_has_no_moment_of_it(text: str) -> None:
    assert moment({"FinishedAt": text}, "FinishedAt") is None


def test_the_engines_nanoseconds_are_read() -> None:
    for text in ("2026-01-01T00:00:01.5Z", "2026-01-01T00:00:01.500000999Z"):
        assert moment({"at": text}, "at") == pytest.approx(1767225601.5, abs=1e-3)
