"""The web interface as it is deployed, through the router, in a real browser."""

from __future__ import annotations

import contextlib

from playwright.sync_api import expect

from tests import visitor
from tests.chromium import launched, watched, window

from .conftest import FRONTEND_PORT
from .project import Project

TITLE = "Fix the basket"
CHANGED = "13.5"


def test_somebody_registers_edits_a_record_asks_the_assistant_and_signs_out(
    project: Project,
) -> None:
    with (
        launched() as browser,
        window(browser, f"http://127.0.0.1:{FRONTEND_PORT}") as opened,
        contextlib.contextmanager(watched)(opened.new_page()) as page,
    ):
        email = visitor.register(page)
        visitor.sign_out(page)
        visitor.sign_in(page, email)
        expect(page.get_by_role("heading", name="Bases", level=1)).to_be_visible()
        assert all(each["httpOnly"] for each in opened.cookies())
        visitor.open_tasks(page)
        before = visitor.set_estimate(page, TITLE, CHANGED)
        page.reload()
        shown = visitor.record(page, TITLE).locator("td[data-label=Estimate]")
        expect(shown).to_have_text(CHANGED)
        assert visitor.set_estimate(page, TITLE, before) == CHANGED
        visitor.ask_for_bases(page)
        visitor.sign_out(page)
