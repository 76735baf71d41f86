"""The last gate: what it raises, and that a report never decides about an update."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.recorder import Recorder
from components.validation import Validation
from plan.change import Change
from plan.release import Release, Schema

from .test_recorder import Told

SCHEMA = Schema(revision="0004", oldest="0002")
PLANNED = Release(id="1", time="", revision="", services={}, stores={}, schema_image="m:2")


class Checks:
    def table(self) -> str:
        return "1 of 1 checks passed"


class Platform:
    """Operations that pass or fail, whose report may fail too, as may what removes images."""

    def __init__(
        self,
        failure: Exception | None,
        report: Path | Exception | None,
        removed: list[str] | Exception | None = None,
    ) -> None:
        self.failure, self.written, self.removed = failure, report, removed or []
        self.unreadable: Exception | None = None
        self.retained: list[Collection[str]] = []
        self.protected: list[Collection[str]] = []
        self.unprotected: Exception | None = None
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

    def schema(self) -> Schema:
        if self.unreadable:
            raise self.unreadable
        return SCHEMA

    def backup(self) -> str | None:
        return "before.dump"

    def protect(self, backups: Collection[str]) -> None:
        if self.unprotected:
            raise self.unprotected
        self.protected.append(backups)

    def retain(self, images: Collection[str]) -> list[str]:
        self.retained.append(images)
        if isinstance(self.removed, Exception):
            raise self.removed
        return self.removed


def validate(platform: Platform) -> list[str]:
    return checked(platform)[0]


def checked(
    platform: Platform,
    planned: Release = PLANNED,
    *,
    migrates: bool = False,
    backups: Collection[str] | None = None,
) -> tuple[list[str], Release]:
    """Return what was told, and the record."""
    told = Told()
    change = Change(before={}, target={}, order=())
    operations: Any = platform
    validation = Validation(
        operations=operations,
        recorder=Recorder(told, {}),
        change=change,
        instant=False,
        images={"pyairtable/a:2"},
        backups=backups,
        migrates=migrates,
    )
    record = validation._check(operations, planned)
    return told.lines, record


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
    assert platform.retained == [], "the last good release still needs its images"


def test_after_a_release_images_that_no_kept_release_needs_are_removed_and_told() -> None:
    platform = Platform(None, None, ["pyairtable/a:1"])
    assert validate(platform)[1:] == ["No kept release needs pyairtable/a:1: removed."]
    assert platform.retained == [{"pyairtable/a:2"}]


def test_images_that_cannot_be_removed_are_told_in_one_line_and_fail_nothing() -> None:
    lines = validate(Platform(None, None, OSError("engine is busy")))
    assert lines[1:] == ["Older images could not be removed: engine is busy"]


def test_after_a_release_the_backups_of_kept_releases_and_its_own_stay() -> None:
    platform = Platform(None, None)
    checked(platform, backups=("older.dump",))
    checked(platform, backups=("older.dump",), migrates=True)
    assert platform.protected == [["older.dump"], ["before.dump", "older.dump"]]


def test_an_update_that_leaves_the_release_as_it_was_leaves_the_backups_too() -> None:
    platform = Platform(None, None)
    checked(platform)
    assert platform.protected == []


def test_backups_that_cannot_be_protected_are_told_in_one_line_and_fail_nothing() -> None:
    platform = Platform(None, None)
    platform.unprotected = OSError("engine is busy")
    lines, _ = checked(platform, backups=())
    assert lines[1:] == ["Backups of kept releases are not protected: engine is busy"]


def test_the_record_holds_the_schema_that_the_database_has() -> None:
    assert checked(Platform(None, None))[1] == replace(PLANNED, schema=SCHEMA)


def test_the_record_holds_the_backup_that_was_made_before_its_migrations() -> None:
    assert checked(Platform(None, None), migrates=True)[1].backup == "before.dump"
    asked = replace(PLANNED, backup="present.dump")
    assert checked(Platform(None, None), asked, migrates=True)[1].backup == "present.dump"


def test_a_database_that_does_not_tell_its_schema_fails_the_update_before_traffic_moves() -> None:
    platform = Platform(ValueError("Traffic was moved."), None)
    platform.unreadable = OSError("The database does not answer.")
    with pytest.raises(pulumi.RunError, match="The database does not answer"):
        validate(platform)
