"""Reports are kept in the state folder, as many as releases are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from typer.testing import CliRunner

from ops.cli import app
from ops.report.files import folder, read, reports, write

from ..conftest import Sandbox
from .example import failed, report


def test_a_report_is_a_page_and_the_same_as_json(tmp_path: Path) -> None:
    page = write(report(), tmp_path, 10)
    assert page == tmp_path / ".state/releases/dev/20261124T025627Z.html"
    assert page.read_text().startswith("<!doctype html>")
    assert read(page.with_suffix(".json")) == report()


def test_a_time_beyond_the_routers_buckets_survives(tmp_path: Path) -> None:
    slow = replace(report(), samples=(replace(report().samples[1], p99_ms=float("inf")),))
    assert read(write(slow, tmp_path, 10).with_suffix(".json")) == slow


def test_the_newest_are_kept_of_releases_and_of_failures_each(tmp_path: Path) -> None:
    for number in range(4):
        write(replace(report(), id=f"2026112{number}T000000Z"), tmp_path, 2)
        write(replace(failed(), id=f"2026112{number}T000001Z-failed"), tmp_path, 2)
    assert [each.stem for each in reports(tmp_path, "dev")] == [
        "20261122T000000Z",
        "20261122T000001Z-failed",
        "20261123T000000Z",
        "20261123T000001Z-failed",
    ]
    assert len(list(folder(tmp_path, "dev").iterdir())) == 8


def test_platformctl_shows_the_latest_or_the_one_that_is_named(sandbox: Sandbox) -> None:
    assert "has no report yet" in shown("--stack", "dev", code=2)
    write(report(), sandbox.root, 10)
    page = write(failed(), sandbox.root, 10)
    assert f"Report: {page}" in shown("--stack", "dev")
    assert "auth-service-green <keeps> exiting" in shown("--stack", "dev")
    whole = shown("20261124T025627Z", "--stack", "dev")
    assert "not done  Volumes" in whole
    assert "4640 requests while traffic moved, 1 of them failed" in whole
    assert json.loads(shown("20261124T025627", "--json", "--stack", "dev"))["passed"] is True
    assert "more than one report begins so" in shown("2026", "--stack", "dev", code=2)
    assert "no such report is kept" in shown("1999", "--stack", "dev", code=2)


def shown(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["report", *arguments])
    assert result.exit_code == code, result.output
    return result.output
