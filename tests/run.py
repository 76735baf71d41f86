"""Runs the suites in order, names those that cannot run here, and adds up.

python -m tests.run [SUITE...]; with CI=true a suite that is left out is a failure.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap.packages import apt_install, is_debian
from bootstrap.setup import is_root
from tests import lint

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".state" / "reports"
EXIT_NO_ENGINE = 3
PURE = ("catalog", "plan", "settings")


@dataclass(frozen=True, slots=True)
class Suite:
    """A suite: its folder, whether it needs a Docker Engine, further options of pytest.

    programs: what Debian must give it besides, by path or name, and the package of each.
    """

    name: str
    folder: str
    engine: bool
    options: tuple[str, ...] = ()
    programs: Mapping[str, str] = field(default_factory=dict)


_COVERAGE = (
    *(f"--cov={package}" for package in PURE),
    "--cov-branch",
    "--cov-report=term:skip-covered",
    "--cov-fail-under=100",
)
_STORES = {
    "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
    "redis-server": "redis-server",
    "antiword": "antiword",
}
SUITES = (
    Suite("unit", "tests/unit", engine=False, options=_COVERAGE),
    Suite("conformance", "tests/engine/conformance", engine=True),
    Suite("services", "tests/services", engine=False, programs=_STORES),
    Suite("browser", "tests/browser", engine=False, programs=_STORES | {"chromium": "chromium"}),
    Suite(
        "platform",
        "tests/engine/platform",
        engine=True,
        options=("--durations=15",),
        programs={"dot": "graphviz"},
    ),
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a suite went. why: it was left out."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    why: str | None = None


def set_up(with_engine: bool) -> int:
    """Install what the suites need; return the set-up's exit code."""
    options = ["--with-dev", *([] if with_engine else ["--without-docker"])]
    return subprocess.run(
        [sys.executable, "-m", "bootstrap", *options], cwd=ROOT, check=False
    ).returncode


def install(programs: Mapping[str, str]) -> None:
    """Install what a suite is run with where we may. programs: path or name, and its package."""
    missing = [package for program, package in programs.items() if not shutil.which(program)]
    if missing and is_root() and is_debian():
        apt_install(*missing)


def run(suite: Suite) -> Result:
    """Run one suite with pytest and count its tests."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", suite.folder, f"--junit-xml={report}", "-q"]
    code = subprocess.run([*command, *suite.options], cwd=ROOT, check=False).returncode
    found = _counted(report) if report.exists() else Result(failed=1)
    # Coverage that is too low, or no test at all, is a failure that no test shows.
    return Result(found.passed, found.failed or int(code != 0), found.skipped)


def _counted(report: Path) -> Result:
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    names = ("tests", "failures", "errors", "skipped")
    tests, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in names
    )
    failed = failures + errors
    return Result(tests - failed - skipped, failed, skipped)


def main(names: list[str]) -> int:
    """Run the wanted suites and lint; return 0 when all passed."""
    # What was started in the background ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unknown = set(names) - {"lint", *(suite.name for suite in SUITES)}
    if unknown:
        print(f"No such suite: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    results: dict[str, Result] = {}
    wanted = [suite for suite in SUITES if not names or suite.name in names]
    engine = set_up(with_engine=True) if any(suite.engine for suite in wanted) else 0
    if engine not in (0, EXIT_NO_ENGINE):
        return engine
    if not names or "lint" in names:
        results["lint"] = Result(passed=1) if lint.main() == 0 else Result(failed=1)
    for suite in wanted:
        started = time.monotonic()
        if suite.engine and engine == EXIT_NO_ENGINE:
            results[suite.name] = Result(why="there is no Docker Engine")
        else:
            install(suite.programs)
            results[suite.name] = run(suite)
        print(f"suite {suite.name}: {time.monotonic() - started:.0f} s", flush=True)
    return _summed(results)


def _summed(results: dict[str, Result]) -> int:
    left_out = [f"{name} ({result.why})" for name, result in results.items() if result.why]
    if left_out:
        print(f"Left out: {', '.join(left_out)}")
    passed = sum(result.passed for result in results.values())
    failed = sum(result.failed for result in results.values())
    skipped = sum(result.skipped for result in results.values())
    if left_out and os.environ.get("CI") == "true":
        failed += len(left_out)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
