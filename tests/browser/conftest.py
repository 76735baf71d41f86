"""Fixtures: a platform to look at, and Chromium to look with."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

# The stores; used only where the tests run a platform of their own.
from tests.services.conftest import (  # noqa: F401
    folder,
    postgres,
    redis,
    secrets_folder,
    surroundings,
)

from .site import platform

CHROMIUM = "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path(__file__).parents[2] / ".state" / "screenshots"
PASSWORD = "Test123!"
SERIOUS = ("serious", "critical")
# Answers that a test asks for; a browser notes them as errors.
_ASKED_FOR = ("status of 401", "status of 404", "status of 409", "status of 413", "status of 422")


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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    """A browser window that nobody has used."""
    made = chromium.new_context(base_url=site, viewport={"width": 1280, "height": 800})
    made.set_default_timeout(15_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; the test fails when a script failed on it, or the policy forbade something."""
    yield from watched(context.new_page())


def watched(page: Page) -> Iterator[Page]:
    """Give a page; afterwards nothing may have gone wrong on it."""
    wrong: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in _ASKED_FOR):
            wrong.append(message.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert wrong == []


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
    made = chromium.new_context(
        base_url=site, storage_state=member, viewport={"width": 1280, "height": 800}
    )
    made.set_default_timeout(15_000)
    yield from watched(made.new_page())
    made.close()


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


def register(page: Page) -> str:
    """Register somebody new; the page is the start page then. Returns the e-mail."""
    email = f"person-{secrets.token_hex(5)}@example.com"
    page.goto("/register")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("First name").fill("Robin")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Home", level=1).wait_for()
    return email


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
