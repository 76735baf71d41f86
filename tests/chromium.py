"""Chromium, as the tests look with it: a browser, a window of it, and a page that is watched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

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
# How long a page may take on a machine that is busy with other tests.
PATIENCE = 30_000
# Answers that a test asks for; a browser notes them as errors.
_ASKED_FOR = ("status of 401", "status of 404", "status of 409", "status of 413", "status of 422")


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium until the end of the block; no event loop may run in this thread then."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@contextmanager
def window(
    browser: Browser, site: str | None = None, cookies: Path | None = None
) -> Iterator[BrowserContext]:
    """Open a window of a desk's size. site: what its addresses begin with."""
    made = browser.new_context(
        base_url=site, storage_state=cookies, viewport={"width": 1280, "height": 800}
    )
    made.set_default_timeout(PATIENCE)
    try:
        yield made
    finally:
        made.close()


def watched(page: Page) -> Iterator[Page]:
    """Give a page; afterwards no script may have failed and the policy have forbidden nothing."""
    wrong: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in _ASKED_FOR):
            wrong.append(message.text)

    page.on("console", noted)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert wrong == []
