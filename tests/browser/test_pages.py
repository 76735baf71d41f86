"""Every page for everybody: assistive technology, keyboard, phones, dark rooms."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, expect

from .conftest import look, needs

OUTSIDE = {"sign-in": "/sign-in", "register": "/register", "status-outside": "/status"}
INSIDE = {
    "home": ("/", ()),
    "bases": ("/bases", ("airtable-gateway",)),
    "tables": ("Project Tracker", ("airtable-gateway",)),
    "records": ("Project Tracker > Tasks", ("airtable-gateway",)),
    "record-new": ("Project Tracker > Tasks > Add a record", ("airtable-gateway",)),
    "record": ("Project Tracker > Tasks > Fix the basket", ("airtable-gateway",)),
    "workspaces": ("/workspaces", ("workspace-service",)),
    "chat": ("/chat", ("llm-orchestrator",)),
    "files": ("/files", ("automation-services",)),
    "workflows": ("/workflows", ("automation-services",)),
    "workflow-new": ("/workflows/new", ()),
    "status": ("/status", ()),
    "not-found": ("/nowhere", ()),
    "invitation": ("/invitations/" + "A" * 32, ()),
}


def go(page: Page, way: str) -> None:
    """Go to an address, or from the bases along links."""
    if way.startswith("/"):
        page.goto(way)
        return
    page.goto("/bases")
    for name in way.split(" > "):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("name", OUTSIDE)
def test_pages_for_everybody(page: Page, name: str) -> None:
    page.goto(OUTSIDE[name])
    look(page, name)


@pytest.mark.parametrize("name", INSIDE)
def test_pages_of_the_signed_in(inside: Page, name: str, deployed: set[str]) -> None:
    way, services = INSIDE[name]
    needs(deployed, *services)
    go(inside, way)
    look(inside, name)


def test_the_keyboard_alone_is_enough(inside: Page) -> None:
    page = inside
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.goto("/status")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Home").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()


@pytest.mark.parametrize("way", ["/", "/bases", "/workflows/new", "/status"])
def test_headings_are_in_order(inside: Page, way: str) -> None:
    inside.goto(way)
    levels = inside.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(each => Number(each.tagName[1]))"
    )
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
