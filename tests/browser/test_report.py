"""The report of a release in a browser: whole, readable everywhere, and asking for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.report.data import ReleaseReport
from ops.report.files import write
from tests.chromium import watched, window
from tests.unit.ops.report.example import failed, report

from .conftest import look


@pytest.fixture
def alone(chromium: Browser) -> Iterator[Page]:
    """A page without any platform; nothing may go wrong on it."""
    with window(chromium) as made:
        yield from watched(made.new_page())


@pytest.mark.parametrize("told", [report(), failed()], ids=["release", "failed"])
def test_a_report_is_one_readable_page(alone: Page, tmp_path: Path, told: ReleaseReport) -> None:
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    url = write(told, tmp_path, 10).as_uri()
    alone.goto(url)
    expect(alone.get_by_role("heading", level=1)).to_contain_text(told.id)
    look(alone, f"report-{'release' if told.passed else 'failed'}")
    assert asked == [url]


def test_the_charts_are_drawn(alone: Page, tmp_path: Path) -> None:
    alone.goto(write(report(), tmp_path, 10).as_uri())
    charts = alone.get_by_role("img")
    expect(charts).to_have_count(3)
    for chart in charts.all():
        box = chart.bounding_box()
        assert box is not None and box["width"] > 300 and box["height"] > 100
    line = alone.locator("polyline").first
    assert line.evaluate("each => getComputedStyle(each).stroke") == "rgb(37, 99, 235)"
