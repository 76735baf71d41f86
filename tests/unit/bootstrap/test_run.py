"""The runner of the suites: what it leaves out it names, and in CI that is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import results, run
from tests.results import Result
from tests.suites import SUITES, Suite

# pytest without the plugins that are installed beside it.
BARE = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
REPORT = """<testsuites><testsuite tests="4" failures="1" errors="0" skipped="2">
<testcase classname="a" name="works"/>
<testcase classname="a" name="fails"><failure message="no"/></testcase>
<testcase classname="a" name="hides"><skipped message="no time"/></testcase>
<testcase classname="a" name="knows"><skipped message="{allowed}"/></testcase>
</testsuite></testsuites>"""


def summed(
    capsys: pytest.CaptureFixture[str], *left: str, **given: Result
) -> tuple[int, list[str]]:
    code = results.summed(given, list(left))
    return code, capsys.readouterr().out.splitlines()


@pytest.fixture(autouse=True)
def nothing_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(run, "set_up", lambda with_engine: 0)
    monkeypatch.setattr(run, "install", lambda suites: None)


def test_all_that_passed_is_added_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    code, lines = summed(capsys, unit=Result(passed=3), engine=Result(passed=4, skipped=1))
    assert (code, lines) == (0, ["7 passed, 0 failed, 1 skipped"])


def test_one_failure_fails_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert summed(capsys, unit=Result(passed=3, failed=1))[0] == 1


def test_a_suite_that_is_left_out_is_named_and_fails_in_ci(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"unit": Result(passed=3), "platform": Result(why="there is no Docker Engine")}
    left_out = "Left out: platform (there is no Docker Engine)"
    assert summed(capsys, **given) == (0, [left_out, "3 passed, 0 failed, 0 skipped"])
    monkeypatch.setenv("CI", "true")
    assert summed(capsys, **given) == (1, [left_out, "3 passed, 1 failed, 0 skipped"])


def test_a_test_skipped_for_no_allowed_reason_is_named_and_fails_in_ci(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report = tmp_path / "unit.xml"
    report.write_text(REPORT.format(allowed=results.ALLOWED_SKIPS[0]))
    found = results.counted(report, code=1)
    assert found == Result(passed=1, failed=1, skipped=2, hidden=("a.hides: no time",))
    hidden = Result(passed=1, skipped=1, hidden=found.hidden)
    named = "Skipped without an allowed reason: unit: a.hides: no time"
    assert summed(capsys, unit=hidden) == (0, [named, "1 passed, 0 failed, 1 skipped"])
    monkeypatch.setenv("CI", "true")
    assert summed(capsys, unit=hidden) == (1, [named, "1 passed, 1 failed, 1 skipped"])


def test_a_suite_without_a_report_or_with_a_bad_end_has_failed(tmp_path: Path) -> None:
    assert results.counted(tmp_path / "none.xml", code=0) == Result(failed=1)
    report = tmp_path / "unit.xml"
    report.write_text('<testsuite tests="2" failures="0" errors="0" skipped="0"/>')
    assert results.counted(report, code=1) == Result(passed=2, failed=1)


def test_a_file_that_the_tests_leave_in_the_checkout_fails_the_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    left = "Left in the checkout by the tests: ?? salt"
    assert summed(capsys, "?? salt", unit=Result(passed=2)) == (
        1,
        [left, "2 passed, 1 failed, 0 skipped"],
    )


def test_what_was_changed_before_the_tests_is_not_laid_to_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "before").touch()
    monkeypatch.setattr(run, "ROOT", tmp_path)

    def leaves(suite: Suite, how: run.Run) -> Result:
        (tmp_path / "after").touch()
        return Result(passed=1)

    monkeypatch.setattr(run, "run_suite", leaves)
    assert run.main(["unit"]) == 1
    told = capsys.readouterr().out
    assert "by the tests: ?? after" in told
    assert "before" not in told


def test_outside_of_git_the_checkout_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert run.checkout() is None


def test_without_an_engine_only_the_suites_that_need_one_are_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def noted(names: Sequence[str], how: run.Run, found: dict[str, Result]) -> None:
        ran.extend(names)

    monkeypatch.setattr(run, "set_up", lambda with_engine: run.EXIT_NO_ENGINE)
    monkeypatch.setattr(run, "lane", noted)
    monkeypatch.setattr(run, "checkout", lambda: None)
    assert run.main([]) == 0
    assert ran == ["lint", *(suite.name for suite in SUITES if not suite.engine)]
    assert "conformance (there is no Docker Engine)" in capsys.readouterr().out


def test_all_suites_run_in_two_lanes_and_named_ones_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lanes: list[tuple[str, ...]] = []

    def noted(names: Sequence[str], how: run.Run, found: dict[str, Result]) -> None:
        lanes.append(tuple(names))

    monkeypatch.setattr(run, "lane", noted)
    monkeypatch.setattr(run, "checkout", lambda: None)
    assert run.main([]) == 0
    assert sorted(lanes) == [
        ("conformance", "platform"),
        ("lint", "unit", "pulumi", "services", "browser"),
    ]
    lanes.clear()
    assert run.main(["unit", "platform"]) == 0
    assert lanes == [("unit", "platform")]


def test_a_failure_is_shown_before_the_next_test_runs(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "def test_first():\n    assert 1 == 2\n"
        "def test_second(capsys):\n"
        "    with capsys.disabled():\n        print('the second runs')\n"
    )
    command = [sys.executable, "-u", "-m", "pytest", str(tmp_path), "-q", "-p", "tests.failures"]
    told = subprocess.run(
        [*command, f"--rootdir={tmp_path}"],
        cwd=run.ROOT,
        env=BARE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "FAILED test_it.py::test_first (call)" in told
    assert told.index("assert 1 == 2") < told.index("the second runs")


@pytest.mark.parametrize(("long", "ran"), [("1", "2 passed"), ("0", "1 passed, 1 deselected")])
def test_what_takes_minutes_runs_only_when_asked_for(tmp_path: Path, long: str, ran: str) -> None:
    (tmp_path / "conftest.py").write_text((run.ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = long: takes minutes\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\ndef test_short(): pass\n@pytest.mark.long\ndef test_long(): pass\n"
    )
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=tmp_path,
        env={**BARE, "LONG": long},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert ran in told, told
