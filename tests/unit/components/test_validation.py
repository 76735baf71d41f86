"""The last gate: what it raises, and that a report never decides about an update."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.recorder import Recorder
from components.validation import Validation
from plan.change import Change

from .test_recorder import Told


class Checks:
    def table(self) -> str:
        return "1 of 1 checks passed"


class Platform:
    """Operations that pass or fail, whose report may fail too."""

    def __init__(self, failure: Exception | None, report: Path | Exception | None) -> None:
        self.failure, self.written = failure, report
        self.failures: list[str] = []

    def release(self, change: Change, *, instant: bool) -> Checks:
        if self.failure:
            raise self.failure
        return Checks()

    def report(self, planned: Any, change: Change, timeline: Any, failure: str) -> Path | None:
        self.failures.append(failure)
        if isinstance(self.written, Exception):
            raise self.written
        return self.written


def validate(platform: Platform) -> list[str]:
    told = Told()
    change = Change(before={}, target={}, order=())
    operations: Any = platform
    planned: Any = None
    validation = Validation(
        operations=operations, recorder=Recorder(told, {}), change=change, instant=False
    )
    validation._check(operations, planned)
    return told.lines


def test_a_release_is_told_with_its_report() -> None:
    platform = Platform(None, Path("r.html"))
    assert validate(platform) == ["1 of 1 checks passed", "Report: r.html"]
    assert platform.failures == [""]


def test_an_update_that_changes_nothing_is_silent_about_reports() -> None:
    assert validate(Platform(None, None)) == ["1 of 1 checks passed"]


def test_a_report_that_cannot_be_written_is_told_in_one_line_and_fails_nothing() -> None:
    lines = validate(Platform(None, PermissionError(13, "Permission denied", "/s/r.html")))
    assert lines[1:] == ["No report could be written: [Errno 13] Permission denied: '/s/r.html'"]


def test_a_failed_release_fails_the_update_whatever_becomes_of_its_report() -> None:
    platform = Platform(ValueError("The new version is bad."), OSError("full"))
    with pytest.raises(pulumi.RunError, match=r"The new version is bad\.\nMend the cause"):
        validate(platform)
    assert platform.failures == ["The new version is bad."]
