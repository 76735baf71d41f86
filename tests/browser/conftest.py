"""Fixtures: a platform to look at, and Chromium to look with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import launched, watched, window

# The stores; used only where the tests run a platform of their own.
from tests.services.conftest import (  # noqa: F401
    folder,
    postgres,
    redis,
    secrets_folder,
    surroundings,
)
from tests.visitor import register

from .site import platform

SCREENSHOTS = Path(__file__).parents[2] / ".state" / "screenshots"
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the web interface is: BROWSER_SITE_URL, or processes of the tests' own."""
    given = os.environ.get("BROWSER_SITE_URL")
    if given:
        yield given.rstrip("/")
        return
    with platform(request.getfixturevalue("surroundings")) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with launched() as browser:
        yield browser


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser window that nobody has used."""
    with window(chromium, site) as made:
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; the test fails when a script failed on it, or the policy forbade something."""
    yield from watched(context.new_page())


@pytest.fixture(scope="session")
def member(chromium: Browser, site: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of somebody who has registered."""
    made = chromium.new_context(base_url=site)
    register(made.new_page())
    kept = tmp_path_factory.mktemp("member") / "cookies.json"
    made.storage_state(path=kept)
    made.close()
    return kept


@pytest.fixture
def inside(chromium: Browser, site: str, member: Path) -> Iterator[Page]:
    """A page of somebody who is signed in."""
    with window(chromium, site, member) as made:
        yield from watched(made.new_page())


@pytest.fixture(scope="session")
def deployed(chromium: Browser, site: str) -> set[str]:
    """The services that this platform has."""
    page = chromium.new_page(base_url=site)
    page.goto("/status")
    rows = page.locator("tbody tr").all()
    found = {
        row.locator("th").inner_text() for row in rows if "Not deployed" not in row.inner_text()
    }
    page.close()
    return found


def needs(deployed: set[str], *services: str) -> None:
    """Leave a test out where the platform lacks a service."""
    missing = set(services) - deployed
    if missing:
        pytest.skip(f"not deployed: {', '.join(sorted(missing))}")


def upload(page: Page, file: Path) -> None:
    """Choose a file on the page of files, and send it."""
    page.goto("/files")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def faults(page: Page) -> list[Any]:
    """Return what assistive technology would stumble over."""
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found
        if each["impact"] in SERIOUS
    ]


def look(page: Page, name: str) -> None:
    """Look at a page in the light, in the dark and on a phone."""
    if name != "not-found":
        expect(page.locator(".failure")).to_have_count(0)
    shot(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == [], "dark"
    shot(page, f"{name}-dark")
    page.set_viewport_size({"width": 375, "height": 812})
    assert faults(page) == [], "phone"
    page.emulate_media(color_scheme="light")
    shot(page, f"{name}-phone")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 375, f"{width} px wide on a phone"
    page.set_viewport_size({"width": 1280, "height": 800})
