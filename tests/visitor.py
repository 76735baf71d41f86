"""What a person does in the web interface, as the tests do it in a browser."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Locator, Page, expect

PASSWORD = "Test123!"


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


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the page that asks who it is."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """Sign out; what is for those who are signed in asks who it is then."""
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.goto("/bases")
    expect(page).to_have_url(re.compile("/sign-in"))


def open_tasks(page: Page) -> None:
    """Go to the sample records by the links that lead there."""
    page.goto("/bases")
    page.get_by_role("link", name="Project Tracker").click()
    page.get_by_role("link", name="Tasks").click()


def record(page: Page, title: str) -> Locator:
    """Return the row of a record."""
    return page.get_by_role("row").filter(has_text=title)


def set_estimate(page: Page, title: str, value: str) -> str:
    """Edit one cell of a record in its place; return what was in it."""
    record(page, title).get_by_role("link", name="Edit").click()
    field = page.locator("tr.editing form").get_by_label("Estimate")
    before = field.input_value()
    field.fill(value)
    page.locator("tr.editing form").get_by_role("button", name="Save").click()
    expect(record(page, title).locator("td[data-label=Estimate]")).to_have_text(value)
    return before


def ask_for_bases(page: Page) -> None:
    """Ask the assistant which bases there are, and see its answer."""
    page.goto("/chat")
    page.get_by_label("Your message").fill("Which bases do I have?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".said.theirs")).to_contain_text("Project Tracker")
