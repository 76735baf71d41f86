"""What people do, from the registration to the sign-out, in a real browser."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.visitor import (
    ask_for_bases,
    open_tasks,
    record,
    register,
    set_estimate,
    sign_in,
    sign_out,
)

from .conftest import look, needs, shot, upload


def test_somebody_registers_signs_out_and_signs_in_again(page: Page) -> None:
    email = register(page)
    expect(page.get_by_role("status")).to_have_text("Your account is ready.")
    sign_out(page)
    sign_in(page, email, "Wrong123!")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    sign_in(page, email)
    expect(page.get_by_role("heading", name="Bases", level=1)).to_be_visible()
    cookies = page.context.cookies()
    assert all(each["httpOnly"] for each in cookies)
    assert page.evaluate("document.cookie") == ""


def test_a_record_is_edited_in_its_place(inside: Page, deployed: set[str]) -> None:
    needs(deployed, "airtable-gateway")
    page = inside
    open_tasks(page)
    title = "Fix the basket"
    record(page, title).get_by_role("link", name="Edit").click()
    form = page.locator("tr.editing form")
    expect(page.get_by_role("heading", name=f"Edit {title}")).to_be_focused()
    shot(page, "record-editing")
    before = form.get_by_label("Estimate").input_value()
    after = "13.5" if before != "13.5" else "8"
    form.get_by_label("Estimate").fill(after)
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(record(page, title).locator("td[data-label=Estimate]")).to_have_text(after)
    assert set_estimate(page, title, before) == after


def test_a_record_is_added_found_and_deleted(inside: Page, deployed: set[str]) -> None:
    needs(deployed, "airtable-gateway")
    page, title = inside, f"Browser {secrets.token_hex(4)}"
    open_tasks(page)
    page.get_by_role("link", name="Add a record").click()
    form = page.locator("form.record")
    form.get_by_label("Title").fill(title)
    form.get_by_label("Project").select_option("Mobile app")
    form.get_by_label("Feature").check()
    form.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("The record was added.")
    page.get_by_role("searchbox").fill(title.lower())
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.locator("td[data-label=Project]")).to_have_text("Mobile app")
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_role("status")).to_have_text("The record was deleted.")


def test_a_workspace_is_created_and_somebody_invited(inside: Page, deployed: set[str]) -> None:
    needs(deployed, "workspace-service")
    page, name = inside, f"Team {secrets.token_hex(4)}"
    page.goto("/workspaces")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Description").fill("Those who plan the year.")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_role("status").first).to_have_text("The workspace was created.")
    look(page, "workspace")
    needs(deployed, "tenant-service")
    invited = page.get_by_label("E-mail of the person to invite")
    invited.fill(f"guest-{secrets.token_hex(4)}@example.com")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_label("Link of the invitation")).to_have_value(
        re.compile(r"/invitations/.{16,}")
    )
    shot(page, "workspace-invited")


def test_an_invited_person_joins(inside: Page, page: Page, deployed: set[str]) -> None:
    needs(deployed, "workspace-service", "tenant-service")
    guest = register(page)
    inside.goto("/workspaces")
    name = f"Team {secrets.token_hex(4)}"
    inside.get_by_label("Name").fill(name)
    inside.get_by_role("button", name="Create").click()
    inside.get_by_label("E-mail of the person to invite").fill(guest)
    inside.get_by_role("button", name="Invite").click()
    link = inside.get_by_label("Link of the invitation").input_value()
    page.goto(link)
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_role("status").first).to_contain_text("You have joined.")
    if "/sign-in" in page.url:
        sign_in(page, guest)
        expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
    inside.reload()
    inside.get_by_label("E-mail", exact=True).fill(guest)
    inside.get_by_label("Role", exact=True).select_option("Viewer")
    inside.get_by_role("button", name="Add").click()
    expect(inside.locator("#notices")).to_have_text("The member was added.")
    look(inside, "workspace-members")
    page.goto("/workspaces")
    page.get_by_role("link", name=name).click()
    expect(page.locator(".people")).to_contain_text("Viewer")
    look(page, "workspace-of-a-viewer")


def test_a_file_is_uploaded_read_and_deleted(
    inside: Page, deployed: set[str], tmp_path: Path
) -> None:
    needs(deployed, "automation-services")
    page, name = inside, f"notes-{secrets.token_hex(4)}.txt"
    (tmp_path / name).write_text("The quick brown fox.\n" * 3)
    upload(page, tmp_path / name)
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.locator("#file .badge")).to_have_text("Done", timeout=30_000)
    expect(page.get_by_label("Text of the file")).to_contain_text("quick brown fox")
    look(page, "file")
    page.goto("/files")
    look(page, "files-some")
    page.get_by_role("link", name=name).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == name
    assert Path(download.value.path()).read_text() == "The quick brown fox.\n" * 3
    page.get_by_text("Delete", exact=True).click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_role("status").first).to_have_text("The file was deleted.")


def test_a_file_of_another_kind_is_refused_with_the_reason(
    inside: Page, deployed: set[str], tmp_path: Path
) -> None:
    needs(deployed, "automation-services")
    page = inside
    (tmp_path / "fake.pdf").write_text("This is no PDF.")
    upload(page, tmp_path / "fake.pdf")
    expect(page.locator("#upload-error")).to_contain_text(re.compile("pdf", re.IGNORECASE))


def test_a_file_that_is_too_large_is_refused_with_the_reason(
    inside: Page, deployed: set[str], tmp_path: Path
) -> None:
    needs(deployed, "automation-services")
    page = inside
    (tmp_path / "large.txt").write_text("x" * 12_000_000)
    upload(page, tmp_path / "large.txt")
    expect(page.locator("#upload-error")).to_contain_text("bytes")
    expect(page.get_by_role("button", name="Upload")).to_be_enabled()


def test_a_workflow_is_created_and_run(inside: Page, deployed: set[str]) -> None:
    needs(deployed, "automation-services")
    page, name = inside, f"Greeting {secrets.token_hex(4)}"
    page.goto("/workflows")
    page.get_by_role("link", name="New workflow").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    look(page, "workflow")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("#run .badge").first).to_have_text("Succeeded", timeout=30_000)
    expect(page.get_by_label("Result of greet")).to_contain_text("Hello")
    look(page, "run")
    for place in ("/workflows", "/"):
        page.goto(place)
        look(page, "home-some" if place == "/" else "workflows-some")


def test_the_assistant_answers_while_it_writes(inside: Page, deployed: set[str]) -> None:
    needs(deployed, "llm-orchestrator")
    page = inside
    ask_for_bases(page)
    expect(page.locator(".said.mine")).to_contain_text("Which bases do I have?")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
    expect(page.get_by_role("link", name="Which bases do I have?")).to_be_visible()
    look(page, "chat-answered")
    page.reload()
    expect(page.locator(".said.theirs")).to_contain_text("Project Tracker")


def test_all_of_it_works_without_scripts(
    page: Page, site: str, deployed: set[str], tmp_path: Path
) -> None:
    plain = page.context.browser
    assert plain is not None
    context = plain.new_context(base_url=site, java_script_enabled=False)
    try:
        _without_scripts(context.new_page(), deployed, tmp_path)
    finally:
        context.close()


def _without_scripts(page: Page, deployed: set[str], folder: Path) -> None:
    register(page)
    open_tasks(page)
    page.get_by_role("row").filter(has_text="Sketch the screens").get_by_role(
        "link", name="Edit"
    ).click()
    page.locator("tr.editing form").get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    if "automation-services" in deployed:
        (folder / "plain.txt").write_text("plain")
        upload(page, folder / "plain.txt")
        expect(page.get_by_role("heading", name="plain.txt", level=1)).to_be_visible()
    if "llm-orchestrator" in deployed:
        ask_for_bases(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
