"""Runs the suites, names those that cannot run here, and adds up.

python -m tests.run [SUITE...]. All suites: those without Docker run beside those with it, so that
the whole takes the time of the longer lane. With CI=true a suite that is left out is a failure, and
so is a skipped test. LONG=1 also runs the tests that take minutes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from bootstrap.packages import apt_install, is_debian
from bootstrap.setup import is_root
from tests.lanes import BESIDE, Beside, live
from tests.results import Result, counted, summed
from tests.suites import SUITES, Suite

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".state" / "reports"
EXIT_NO_ENGINE = 3
LINT = "lint"
Run = Callable[[Sequence[str], Path], int]


def set_up(with_engine: bool) -> int:
    """Install what the suites need; return the set-up's exit code."""
    options = ["--with-dev", *([] if with_engine else ["--without-docker"])]
    return subprocess.run(
        [sys.executable, "-m", "bootstrap", *options], cwd=ROOT, check=False
    ).returncode


def install(suites: Iterable[Suite]) -> None:
    """Install what the suites are run with where we may, before two lanes want apt at once."""
    programs = {name: package for suite in suites for name, package in suite.programs.items()}
    missing = [package for name, package in programs.items() if not shutil.which(name)]
    if missing and is_root() and is_debian():
        apt_install(*missing)


def checkout() -> set[str] | None:
    """Return what git says is changed or new in the checkout; None outside of git."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    told = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    return set(told.stdout.splitlines()) if told.returncode == 0 else None


def run_suite(suite: Suite, run: Run) -> Result:
    """Run one suite with pytest and count its tests."""
    report = REPORTS / f"{suite.name}.xml"
    report.unlink(missing_ok=True)
    pytest = [sys.executable, "-u", "-m", "pytest", suite.folder, "-q", "-p", "tests.failures"]
    command = [*pytest, f"--junit-xml={report}", *suite.options]
    return counted(report, run(command, REPORTS / f"{suite.name}.log"))


def run_lint(run: Run) -> Result:
    """Check style and types; counts as one test."""
    code = run([sys.executable, "-u", "-m", "tests.lint"], REPORTS / "lint.log")
    return Result(passed=1) if code == 0 else Result(failed=1)


def lane(names: Sequence[str], run: Run, results: dict[str, Result]) -> None:
    """Run lint or suites one after the other and note how each went."""
    suites = {suite.name: suite for suite in SUITES}
    for name in names:
        started = time.monotonic()
        results[name] = run_lint(run) if name == LINT else run_suite(suites[name], run)
        print(f"suite {name}: {time.monotonic() - started:.0f} s", flush=True)


def run_live(command: Sequence[str], log: Path) -> int:
    """Run a command of the lane whose output is shown as it comes."""
    return live(command, log, ROOT)


def run_all(plain: Sequence[str], engine: Sequence[str], results: dict[str, Result]) -> None:
    """Run the suites without Docker, niced, beside those that need it."""
    mark = REPORTS / "beside"
    os.environ[BESIDE] = str(mark)
    beside = Beside(ROOT, mark)
    beside.start(lambda: lane(plain, beside.run, results))
    try:
        lane(engine, run_live, results)
        beside.wait()
    finally:
        beside.stop()


def main(names: list[str]) -> int:
    """Run the wanted suites and lint; return 0 when all passed."""
    # What was started in the background ignores Ctrl-C, and so would all that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    unknown = set(names) - {LINT, *(suite.name for suite in SUITES)}
    if unknown:
        print(f"No such suite: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    wanted = [suite for suite in SUITES if not names or suite.name in names]
    ended = set_up(with_engine=True) if any(suite.engine for suite in wanted) else 0
    if ended not in (0, EXIT_NO_ENGINE):
        return ended
    results: dict[str, Result] = {}
    for suite in [suite for suite in wanted if suite.engine and ended == EXIT_NO_ENGINE]:
        results[suite.name] = Result(why="there is no Docker Engine")
        wanted.remove(suite)
    install(wanted)
    REPORTS.mkdir(parents=True, exist_ok=True)
    before = checkout()
    lint = [LINT] if not names or LINT in names else []
    plain = [*lint, *(suite.name for suite in wanted if not suite.engine)]
    engine = [suite.name for suite in wanted if suite.engine]
    if names or not engine:
        lane([*plain, *engine], run_live, results)
    else:
        run_all(plain, engine, results)
    after = checkout()
    return summed(results, sorted((after or set()) - (before or set())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
