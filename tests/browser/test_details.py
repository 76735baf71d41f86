"""The page of one thing in each state it may have: long names, open questions, failures."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import look, needs, upload

STEPS = json.dumps(
    [
        {"name": "greet", "kind": "transform", "values": {"greeting": "Hello " * 60}},
        {"name": "divide", "kind": "transform", "values": {"said": "{{ 1 / 0 }}"}},
    ]
)


def long_name() -> str:
    """Return a name of one word that is long, as some people's names are."""
    return f"{'Jahresplanungsbesprechung' * 3}{secrets.token_hex(4)}"


def ask_to_delete(page: Page) -> None:
    """Open the question that comes before a deletion."""
    page.get_by_text("Delete", exact=True).click()
    expect(page.get_by_role("button", name="Yes, delete")).to_be_visible()


def test_a_workflow_with_a_webhook_and_its_failed_run_are_for_everybody(
    inside: Page, deployed: set[str]
) -> None:
    needs(deployed, "automation-services")
    page, name = inside, long_name()
    page.goto("/workflows/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("when called from outside").check()
    page.get_by_label("Steps").fill(STEPS)
    page.get_by_text("Examples", exact=True).click()
    look(page, "workflow-new-filled")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_label("Path of the webhook")).to_be_visible()
    ask_to_delete(page)
    look(page, "workflow-hook")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("#run .badge").first).to_have_text("Failed", timeout=60_000)
    expect(page.locator("#run .wrong")).to_be_visible()
    look(page, "run-failed")
    page.get_by_role("link", name=name).click()
    expect(page.locator("#executions .badge")).to_have_text("Failed")
    look(page, "workflow-failed")


def test_a_file_that_cannot_be_read_is_for_everybody(
    inside: Page, deployed: set[str], tmp_path: Path
) -> None:
    needs(deployed, "automation-services")
    page, name = inside, f"{long_name()}.pdf"
    (tmp_path / name).write_bytes(b"%PDF-1.7\nthe rest is lost\n%%EOF\n")
    upload(page, tmp_path / name)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.locator("#file .badge")).to_have_text("Failed", timeout=60_000)
    ask_to_delete(page)
    look(page, "file-failed")
    page.goto("/files")
    look(page, "files-failed")


def test_a_workspace_with_all_that_it_may_say_is_for_everybody(
    inside: Page, deployed: set[str]
) -> None:
    needs(deployed, "workspace-service", "tenant-service")
    page, name = inside, long_name()
    page.goto("/workspaces")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Description").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    page.get_by_label("E-mail", exact=True).fill("nobody@example.com")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "workspace-refused")
    page.get_by_label("E-mail of the person to invite").fill(
        f"{'guest' * 10}-{secrets.token_hex(4)}@example.com"
    )
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_label("Link of the invitation")).to_be_visible()
    ask_to_delete(page)
    look(page, "workspace-invited-all")
    page.goto("/workspaces")
    look(page, "workspaces-long")
