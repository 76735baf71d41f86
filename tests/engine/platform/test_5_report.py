"""Every release leaves a report of itself, whose evidence is the platform's own."""

from __future__ import annotations

import json
from typing import Any

from .project import Project


def told(project: Project) -> dict[str, Any]:
    """The latest report, as platformctl prints it."""
    stack = ("--stack", project.stack)
    ended = project.run("python", "-m", "ops.cli", "report", "--json", *stack, check=True)
    found: dict[str, Any] = json.loads(ended.output)
    return found


def test_a_release_is_reported_with_its_traffic_and_its_evidence(project: Project) -> None:
    pages = project.folder / ".state" / "releases" / project.stack
    path = "services.automation-services.environment.REPORTED"
    project.set(path, "yes")
    try:
        ended = project.up(check=True)
        assert "phase business open after" in ended.output
        assert "100 % of the traffic to automation-services-" in ended.output
        report = told(project)
        page = pages / f"{report['id']}.html"
        assert f"Report: {page}" in ended.output
        assert report["id"] == project.outputs()["release"]["id"]  # type: ignore[index]
        assert [each["service"] for each in report["moved"]] == ["automation-services"]
        assert {each["percent"] for each in report["samples"]} == {10, 50, 100}
        assert [(each["title"], each["ticked"]) for each in report["checklist"]] == [
            (each["title"], True) for each in report["checklist"]
        ]
        new = [each["name"] for each in report["timeline"]["spans"] if each["kind"] == "container"]
        assert len(new) == len(set(new)) > 10
        assert "automation-services" in page.read_text()
        before = page.stat().st_mtime_ns
        quiet = project.up(check=True)
        assert page.stat().st_mtime_ns == before
        assert not any(word in quiet.output for word in ("Report:", "phase ", "of the traffic"))
    finally:
        project.unset(path)


def test_a_report_that_cannot_be_written_fails_no_release(project: Project) -> None:
    pages = project.folder / ".state" / "releases"
    aside = pages.rename(pages.with_name("releases-aside"))
    pages.write_text("a file where the folder should be")
    try:
        ended = project.up(check=True)
    finally:
        pages.unlink()
        aside.rename(pages)
    assert "No report could be written: " in ended.output
