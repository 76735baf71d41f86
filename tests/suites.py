"""The suites: what each needs, and which of two lanes it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
_BROWSER = {"chromium": "chromium"}
# What runs real services on a machine that others share gets a second try. The first failure is
# shown in full, and pytest's summary names every test that needed two.
_TWICE = ("--reruns=1", "--reruns-delay=2")
SUITES = (
    Suite("unit", "tests/unit", engine=False, options=_COVERAGE),
    Suite("pulumi", "tests/pulumi", engine=False),
    Suite("conformance", "tests/engine/conformance", engine=True, options=_TWICE),
    Suite("services", "tests/services", engine=False, options=_TWICE, programs=_STORES),
    Suite(
        "browser",
        "tests/browser",
        engine=False,
        options=_TWICE,
        programs=_STORES | _BROWSER,
    ),
    Suite(
        "platform",
        "tests/engine/platform",
        engine=True,
        options=("--durations=15", *_TWICE),
        programs={"dot": "graphviz", **_BROWSER},
    ),
)
