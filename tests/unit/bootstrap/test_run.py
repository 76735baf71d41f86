"""The runner of the suites: what it leaves out it names, and in CI that is a failure."""

from __future__ import annotations

import pytest

from tests import run
from tests.run import Result, Suite


def summed(capsys: pytest.CaptureFixture[str], **results: Result) -> tuple[int, list[str]]:
    code = run._summed(results)
    return code, capsys.readouterr().out.splitlines()


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
    results = {"unit": Result(passed=3), "platform": Result(why="there is no Docker Engine")}
    monkeypatch.delenv("CI", raising=False)
    left_out = "Left out: platform (there is no Docker Engine)"
    assert summed(capsys, **results) == (0, [left_out, "3 passed, 0 failed, 0 skipped"])
    monkeypatch.setenv("CI", "true")
    assert summed(capsys, **results) == (1, [left_out, "3 passed, 1 failed, 0 skipped"])


def test_without_an_engine_only_the_suites_that_need_one_are_left_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def noted(suite: Suite) -> Result:
        ran.append(suite.name)
        return Result(passed=1)

    monkeypatch.setattr(run, "set_up", lambda with_engine: run.EXIT_NO_ENGINE)
    monkeypatch.setattr(run, "install", lambda programs: None)
    monkeypatch.setattr(run, "run", noted)
    monkeypatch.setattr(run.lint, "main", lambda: 0)
    monkeypatch.delenv("CI", raising=False)
    assert run.main([]) == 0
    assert ran == [suite.name for suite in run.SUITES if not suite.engine]
    assert "conformance (there is no Docker Engine)" in capsys.readouterr().out
