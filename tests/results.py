"""How a suite went, read from the report that pytest leaves."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

# Where these hold, the test would say nothing true; any other skipped test hides something.
ALLOWED_SKIPS = (
    "the official provider has these resources",
    "this engine was not started by the project's set-up, so it is not ours to stop",
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a suite went. why: it was left out. hidden: tests skipped for no allowed reason."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    why: str | None = None
    hidden: tuple[str, ...] = ()


def counted(report: Path, code: int) -> Result:
    """Return the numbers of a JUnit report. code: how pytest ended; no report is a failure."""
    if not report.exists():
        return Result(failed=1)
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    names = ("tests", "failures", "errors", "skipped")
    tests, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in names
    )
    failed = failures + errors
    # Coverage that is too low, or no test at all, is a failure that no test shows.
    return Result(
        tests - failed - skipped, failed or int(code != 0), skipped, hidden=_hidden(suites)
    )


def _hidden(suites: list[ET.Element]) -> tuple[str, ...]:
    found = []
    for case in (case for suite in suites for case in suite.iter("testcase")):
        for skip in case.iter("skipped"):
            if skip.get("message", "") not in ALLOWED_SKIPS:
                name = f"{case.get('classname')}.{case.get('name')}"
                found.append(f"{name}: {skip.get('message', '')}")
    return tuple(found)


def summed(results: dict[str, Result], left: list[str]) -> int:
    """Print what came of all suites; return 0 when all is well.

    left: files that the tests changed or left in the checkout. With CI=true a suite that was left
    out and a test that was skipped for no allowed reason are failures.
    """
    left_out = [f"{name} ({result.why})" for name, result in results.items() if result.why]
    hidden = [f"{name}: {each}" for name, result in results.items() for each in result.hidden]
    if left_out:
        print(f"Left out: {', '.join(left_out)}")
    for each in hidden:
        print(f"Skipped without an allowed reason: {each}")
    for line in left:
        print(f"Left in the checkout by the tests: {line}")
    passed = sum(result.passed for result in results.values())
    failed = sum(result.failed for result in results.values()) + len(left)
    skipped = sum(result.skipped for result in results.values())
    if os.environ.get("CI") == "true":
        failed += len(left_out) + len(hidden)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0
