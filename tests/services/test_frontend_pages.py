"""Pages: what they show, what they send on, how they fail."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from html import unescape

import httpx
import pytest

from .frontend_fixtures import Visitor, frontend, stand_in, text_of
from .frontend_gateway import CHAT_ID, FILE_ID, GatewayStandIn
from .running import Running
from .surroundings import Surroundings

TABLE = "/bases/app1/tblTasks"
RECORDS = "/airtable/bases/app1/tables/tblTasks/records"


@pytest.fixture(scope="module")
def parts(surroundings: Surroundings) -> Iterator[tuple[GatewayStandIn, Running]]:
    """The gateway and the web interface."""
    with stand_in() as (gateway, url), frontend(surroundings, url) as started:
        yield gateway, started


@pytest.fixture
def gateway(parts: tuple[GatewayStandIn, Running]) -> GatewayStandIn:
    """The gateway, where everything answers."""
    parts[0].away.clear()
    return parts[0]


@pytest.fixture
def visitor(parts: tuple[GatewayStandIn, Running], gateway: GatewayStandIn) -> Visitor:
    """Somebody signed in."""
    made = Visitor(parts[1].url)
    made.sign_in()
    return made


def last(gateway: GatewayStandIn, method: str, path: str) -> object:
    """Return the body of the latest request of a kind."""
    pairs = zip(gateway.seen, gateway.bodies, strict=True)
    found = [
        body
        for request, body in pairs
        if request.method == method and request.url.path == f"/api/v1{path}"
    ]
    return found[-1]


def form_of(visitor: Visitor, record: str) -> dict[str, object]:
    """Return the fields of a record's form as a browser would send them unchanged."""
    page = visitor.get(f"{TABLE}?edit={record}").text
    found = re.search(r'name="before" value="([^"]*)"', page)
    assert found
    return {
        "before": unescape(found[1]),
        "field-fld1": "<b>First</b>",
        "field-fld2": "2.5",
        "field-fld3": "on",
        "field-fld4": "2026-01-20T17:00",
    }


def test_a_table_shows_its_records_and_never_their_markup(visitor: Visitor) -> None:
    page = visitor.get(TABLE)
    assert page.status_code == 200
    assert "<b>First</b>" in text_of(page) or "&lt;b&gt;First&lt;/b&gt;" in page.text
    assert "<b>" not in page.text
    assert "2026-01-20 17:00" in text_of(page)
    assert "offset=next/1" in page.text


def test_search_and_order_are_asked_of_airtable(visitor: Visitor, gateway: GatewayStandIn) -> None:
    visitor.get(TABLE, params={"q": 'a "b" \\', "sort": "-Estimate"})
    query = next(
        each.query_params for each in reversed(gateway.seen) if each.url.path.endswith(RECORDS)
    )
    assert query["formula"] == 'SEARCH("a \\"b\\" \\\\", LOWER({Title} & ""))'
    assert query["sort"] == "-Estimate"
    visitor.get(TABLE, params={"sort": "No such field"})
    assert "sort" not in gateway.seen[-1].query_params


def test_saving_sends_only_what_was_changed(visitor: Visitor, gateway: GatewayStandIn) -> None:
    fields = form_of(visitor, "recOne")
    saved = visitor.post(f"{TABLE}/recOne", {**fields, "field-fld2": "3", "q": "x"})
    assert saved.headers["location"] == f"{TABLE}?q=x&done=saved"
    assert last(gateway, "PATCH", f"{RECORDS}/recOne") == {"fields": {"Estimate": 3}}


def test_saving_nothing_sends_nothing(visitor: Visitor, gateway: GatewayStandIn) -> None:
    before = len([each for each in gateway.seen if each.method == "PATCH"])
    assert visitor.post(f"{TABLE}/recOne", form_of(visitor, "recOne")).status_code == 303
    assert len([each for each in gateway.seen if each.method == "PATCH"]) == before


def test_emptied_and_unticked_fields_are_sent_as_nothing(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    fields = form_of(visitor, "recOne")
    del fields["field-fld3"]
    visitor.post(f"{TABLE}/recOne", {**fields, "field-fld4": ""})
    assert last(gateway, "PATCH", f"{RECORDS}/recOne") == {"fields": {"Done": None, "Due": None}}


def test_what_cannot_be_a_value_is_told_in_the_form(visitor: Visitor) -> None:
    fields = {**form_of(visitor, "recOne"), "field-fld2": "much"}
    refused = visitor.post(f"{TABLE}/recOne", fields)
    assert refused.status_code == 422
    assert "Estimate must be a number" in text_of(refused)
    assert 'name="field-fld1"' in refused.text


def test_a_record_is_edited_on_its_own_page_too(visitor: Visitor, gateway: GatewayStandIn) -> None:
    page = visitor.get(f"{TABLE}/recOne?edit=1")
    assert 'name="from" value="record"' in page.text
    fields = {**form_of(visitor, "recOne"), "from": "record", "field-fld1": "Second"}
    saved = visitor.post(f"{TABLE}/recOne", fields)
    assert saved.headers["location"] == f"{TABLE}/recOne?done=saved"
    assert last(gateway, "PATCH", f"{RECORDS}/recOne") == {"fields": {"Title": "Second"}}
    refused = visitor.post(f"{TABLE}/recOne", {**fields, "field-fld2": "much"})
    assert (refused.status_code, "Estimate must be a number" in text_of(refused)) == (422, True)
    assert 'value="Second"' in refused.text


def test_a_record_is_added_and_deleted(visitor: Visitor, gateway: GatewayStandIn) -> None:
    added = visitor.post(TABLE, {"field-fld1": " New ", "field-fld2": "", "before": "{}"})
    assert added.headers["location"] == f"{TABLE}?done=record-created"
    assert last(gateway, "POST", RECORDS) == {"fields": {"Title": "New"}}
    assert "The record was added" in text_of(visitor.get(added.headers["location"]))
    gone = visitor.post(f"{TABLE}/recOne/delete", {})
    assert gone.headers["location"] == f"{TABLE}?done=record-deleted"
    assert last(gateway, "DELETE", f"{RECORDS}/recOne") is None


def test_a_part_that_is_away_does_not_take_the_start_page_with_it(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    gateway.away.add("/files")
    page = visitor.get("/")
    assert page.status_code == 200
    assert "Files cannot be shown at the moment" in text_of(page)
    assert "Team" in text_of(page)


def test_a_page_whose_part_is_away_says_so_with_the_requests_number(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    gateway.away.add("/workspaces")
    page = visitor.get("/workspaces", headers={"X-Request-ID": "seen-by-a-person"})
    assert page.status_code == 503
    assert "It does not answer." in text_of(page)
    assert "seen-by-a-person" in page.text
    assert 'href="/workspaces">Try again' in page.text
    asked = next(each for each in reversed(gateway.seen) if "workspaces" in each.url.path)
    assert asked.headers["x-request-id"] == "seen-by-a-person"


def test_a_gateway_that_is_away_gives_a_page(surroundings: Surroundings) -> None:
    with stand_in() as (_, url), frontend(surroundings, url) as started:
        visitor = Visitor(started.url)
        visitor.sign_in()
        with frontend(surroundings, "http://127.0.0.1:1") as lost:
            other = Visitor(lost.url)
            other.client.cookies.update(visitor.client.cookies)
            assert other.get("/bases").status_code == 503
            assert "cannot be shown" in text_of(other.get("/status"))
            assert other.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/bases/x", "/workspaces/1", "/files/../x"])
def test_what_is_not_there_is_said_on_a_page(visitor: Visitor, path: str) -> None:
    page = visitor.get(path)
    assert page.status_code == 404
    assert "There is nothing here" in text_of(page)


def test_an_upload_is_passed_on_while_it_arrives(visitor: Visitor, gateway: GatewayStandIn) -> None:
    content = bytes(range(256)) * 4096
    head = (
        '--frontier\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n'
        f"{visitor.token('/files')}\r\n"
        '--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    ).encode()
    tail = b"\r\n--frontier--\r\n"
    body = head + content + tail
    sent: list[float] = []

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(body), 100_000):
            yield body[at : at + 100_000]
            sent.append(time.monotonic())
            time.sleep(0.05)

    headers = {
        "Origin": visitor.url,
        "Content-Type": "multipart/form-data; boundary=frontier",
        "Content-Length": str(len(body)),
    }
    done = visitor.client.post("/files", content=pieces(), headers=headers)
    assert done.headers["location"] == f"/files/{FILE_ID}?done=uploaded"
    assert gateway.upload_digest == hashlib.sha256(content).hexdigest()
    assert gateway.pieces[0] < sent[len(sent) // 2], "nothing was passed on before all was there"


def test_an_upload_with_its_token_in_pieces_is_understood(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    token = visitor.token("/files")
    request = httpx.Request(
        "POST",
        visitor.url,
        data={"csrf": token},
        files={"file": ("ü.csv", b"a,b\r\n--x", "text/csv")},
    )
    body = request.read()
    headers = {"Origin": visitor.url, "Content-Type": request.headers["content-type"]}
    headers["Content-Length"] = str(len(body))
    single = (body[at : at + 1] for at in range(len(body)))
    done = visitor.client.post("/files", content=single, headers=headers)
    assert done.status_code == 303
    assert gateway.upload_digest == hashlib.sha256(b"a,b\r\n--x").hexdigest()


def test_a_download_is_saved_and_never_shown(visitor: Visitor) -> None:
    sent = visitor.get(f"/files/{FILE_ID}/download")
    assert sent.text == "<script>alert(1)</script>"
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''a%20%22b%22%0D%0A.html"
    )
    assert int(sent.headers["content-length"]) == len(sent.content)


def test_the_assistant_answers_word_by_word(visitor: Visitor, gateway: GatewayStandIn) -> None:
    fields = {"csrf": visitor.token("/chat"), "message": "Hi", "base_id": "app1", "session_id": ""}
    came = []
    with visitor.client.stream(
        "POST", "/chat/stream", data=fields, headers={"Origin": visitor.url}
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("data:"):
                came.append(json.loads(line[5:])["text"])
            if len(came) == 3:
                break
    assert came == ["0 ", "1 ", "2 "]
    assert gateway.sent("/llm/chat")[-1] == {"message": "Hi", "stream": True, "base_id": "app1"}
    deadline = time.monotonic() + 60
    while not gateway.left and time.monotonic() < deadline:
        time.sleep(0.05)
    # It had not written its fifty words when three were read here.
    assert gateway.left == 1, "the gateway still writes for a browser that is gone"


def test_the_assistant_answers_also_without_scripts(visitor: Visitor) -> None:
    asked = visitor.post("/chat", {"message": "Hi"})
    assert asked.headers["location"] == f"/chat/{CHAT_ID}"
    page = visitor.get(asked.headers["location"])
    assert "&lt;i&gt;Hello&lt;/i&gt;" in page.text


def test_a_chat_with_a_session_that_is_over_leads_to_the_sign_in(
    visitor: Visitor, gateway: GatewayStandIn
) -> None:
    token = visitor.token("/chat")
    visitor.post("/sign-out", {})
    visitor.client.cookies.set("session", "B" * 43)
    refused = visitor.post("/chat/stream", {"message": "Hi"}, token=token)
    assert refused.status_code in (303, 403)


def test_a_workflow_that_cannot_be_is_told_in_its_form(visitor: Visitor) -> None:
    fields = {"name": "W", "trigger": "cron", "cron": " ", "steps": "[]"}
    assert "Say when it is to run" in text_of(visitor.post("/workflows", fields))
    fields = {"name": "W", "trigger": "manual", "cron": "", "steps": "{"}
    refused = visitor.post("/workflows", fields)
    assert refused.status_code == 422
    assert "The steps are no JSON" in text_of(refused)
    assert 'value="W"' in refused.text


def test_nothing_private_is_logged(visitor: Visitor, parts: tuple[GatewayStandIn, Running]) -> None:
    visitor.post("/workspaces", {"name": "a-private-name"})
    visitor.get("/bases?x=a-private-query")
    output = "".join(parts[1].output)
    assert output
    for private in ("Test123!", "a-private", visitor.client.cookies["session"], "ada@example"):
        assert private not in output
    assert all(json.loads(line)["service"] == "frontend" for line in parts[1].output)
