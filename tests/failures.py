"""A plugin of pytest that shows a failure when it occurs, not when all tests have run."""

from __future__ import annotations

import pytest


class Failures:
    """Writes what failed at once to where pytest reports."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the failure of a test, of its set-up or of its tear-down; also of a first try."""
        if report.failed or str(report.outcome) == "rerun":
            self._write(f"{report.nodeid} ({report.when})", report.longreprtext)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write why a file of tests cannot be read."""
        if report.failed:
            self._write(report.nodeid, report.longreprtext)

    def _write(self, what: str, text: str) -> None:
        self._terminal.ensure_newline()
        self._terminal.write_line(f"FAILED {what}\n{text}")
        self._terminal.flush()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the plugin where there is a terminal reporter to write with."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None:
        config.pluginmanager.register(Failures(terminal), "failures-at-once")
