"""Files of automation-services: taken in, checked, given out, and read."""

from __future__ import annotations

import io
import shutil
import zipfile
from typing import Any

import httpx
import pytest

from ..automation_fixtures import automation, docx, newcomer, pdf, until, xlsx
from ..people import Person
from ..surroundings import Surroundings


async def _upload(
    client: httpx.AsyncClient, person: Person, name: str, content: bytes
) -> httpx.Response:
    return await client.post("/files", files={"file": (name, content)}, headers=person.headers)


async def _read(client: httpx.AsyncClient, person: Person, file_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        seen: dict[str, Any] = (
            await client.get(f"/files/{file_id}", headers=person.headers)
        ).json()
        return seen

    return await until(look, lambda seen: seen["status"] in ("done", "failed"))


async def test_a_download_is_of_a_type_that_the_document_names(
    client: httpx.AsyncClient, person: Person
) -> None:
    document = (await client.get("/openapi.json")).json()
    described = document["paths"]["/files/{file_id}/download"]["get"]["responses"]["200"]
    for name, content in (("note.txt", b"a"), ("list.csv", b"a,b\n"), ("page.pdf", pdf("Hello"))):
        made = (await _upload(client, person, name, content)).json()
        answer = await client.get(f"/files/{made['id']}/download", headers=person.headers)
        assert answer.content == content
        assert answer.headers["Content-Type"].partition(";")[0] in described["content"]


async def test_the_text_of_each_type_is_read(client: httpx.AsyncClient, person: Person) -> None:
    for name, content, expected in (
        ("note.txt", "Grüße\nund mehr".encode(), "Grüße\nund mehr"),
        ("list.csv", b"\xef\xbb\xbfname,number\nAda,1\n", "name,number\nAda,1\n"),
        ("letter.docx", docx("Dear Ada", "Yours"), "Dear Ada\nYours\nleft\tright\n"),
        ("sheet.xlsx", xlsx(("name", "number"), ("Ada", 1)), "Sheet\nname\tnumber\nAda\t1\n"),
        ("page.pdf", pdf("Hello page"), "Hello page\n"),
    ):
        made = await _upload(client, person, name, content)
        assert made.status_code == 201, made.text
        file = made.json()
        assert (file["status"], file["size"], file["name"]) == ("pending", len(content), name)
        assert (await _read(client, person, file["id"]))["reason"] is None
        path = f"/files/{file['id']}/text"
        text = await client.get(path, headers=person.headers)
        assert text.json() == {"id": file["id"], "text": expected, "truncated": False}
        known = {**person.headers, "If-None-Match": text.headers["etag"]}
        assert (await client.get(path, headers=known)).status_code == 304


async def test_content_that_is_not_what_the_name_says_is_refused(
    client: httpx.AsyncClient, person: Person
) -> None:
    wrong = {
        "pdf": b"plain text",
        "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        "docx": xlsx(("a",)),
        "xlsx": docx("a"),
        "txt": b"\x89PNG\r\n\x1a\n\0\0",
        "csv": b"a,b\n\xff\xfe\n",
    }
    for extension, content in wrong.items():
        answer = await _upload(client, person, f"file.{extension}", content)
        assert answer.status_code == 422, extension
        assert answer.json()["error"]["code"] == "file_content_mismatch"
    listed = await client.get("/files", headers=person.headers)
    assert listed.json()["total"] == 0


async def test_other_types_are_refused(client: httpx.AsyncClient, person: Person) -> None:
    for name in ("run.exe", "noextension", "page.html", ".pdf", "macro.docm"):
        answer = await _upload(client, person, name, b"MZ")
        assert answer.status_code == 422, name
        assert answer.json()["error"]["code"] == "file_type_not_allowed"


async def test_a_zip_bomb_is_refused(client: httpx.AsyncClient, person: Person) -> None:
    file = io.BytesIO(docx("small"))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/bomb.xml", bytes(80 << 20))
    assert len(file.getvalue()) < 1 << 20
    answer = await _upload(client, person, "bomb.docx", file.getvalue())
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "file_unpacks_too_large")


async def test_a_damaged_file_says_why_it_was_not_read(
    client: httpx.AsyncClient, person: Person
) -> None:
    made = await _upload(client, person, "broken.pdf", b"%PDF-1.7\nnothing more")
    seen = await _read(client, person, made.json()["id"])
    assert seen["status"] == "failed"
    assert seen["reason"].startswith("The file is damaged")
    text = await client.get(f"/files/{seen['id']}/text", headers=person.headers)
    assert (text.status_code, text.json()["error"]["code"]) == (409, "text_unavailable")


async def test_a_long_text_is_cut(surroundings: Surroundings, person: Person) -> None:
    async with automation(surroundings, TEXT_CHARACTERS="10") as client:
        made = await _upload(client, person, "long.txt", "äöü".encode() * 10)
        seen = await _read(client, person, made.json()["id"])
        text = await client.get(f"/files/{seen['id']}/text", headers=person.headers)
    assert text.json()["text"] == "äöüäöüäöüä"
    assert text.json()["truncated"] is True


async def test_a_file_is_given_back_as_it_came(client: httpx.AsyncClient, person: Person) -> None:
    content = b"".join(b"line %d\n" % number for number in range(100_000))
    made = await _upload(client, person, "../../etc/Übersicht <2>.txt", content)
    assert made.status_code == 201, made.text
    path = f"/files/{made.json()['id']}/download"
    answer = await client.get(path, headers=person.headers)
    assert answer.content == content
    assert made.json()["name"] == "Übersicht _2_.txt"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"_bersicht _2_.txt\"; filename*=UTF-8''%C3%9Cbersicht%20_2_.txt"
    )
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["x-content-type-options"] == "nosniff"
    known = {**person.headers, "If-None-Match": answer.headers["etag"]}
    assert (await client.get(path, headers=known)).status_code == 304


async def test_an_upload_that_is_too_large_is_refused_by_its_length(
    surroundings: Surroundings, person: Person
) -> None:
    async with automation(surroundings, MAX_FILE_SIZE="100KB") as client:
        answer = await _upload(client, person, "large.txt", b"x" * 200_000)
        fitting = await _upload(client, person, "fits.txt", b"x" * 102_400)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "file_too_large")
    assert fitting.status_code == 201


async def test_a_malformed_form_is_refused(client: httpx.AsyncClient, person: Person) -> None:
    plain = await client.post("/files", json={}, headers=person.headers)
    assert plain.status_code == 415
    empty = await _upload(client, person, "empty.txt", b"")
    assert (empty.status_code, empty.json()["error"]["code"]) == (422, "file_empty")
    two = await client.post(
        "/files",
        files=[("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))],
        headers=person.headers,
    )
    assert (two.status_code, two.json()["error"]["code"]) == (422, "invalid_upload")
    cut = await client.post(
        "/files",
        content=b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc',
        headers={**person.headers, "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert (cut.status_code, cut.json()["error"]["code"]) == (422, "invalid_upload")
    assert (await client.get("/files", headers=person.headers)).json()["total"] == 0


async def test_files_are_listed_by_pages_and_removed(
    client: httpx.AsyncClient, person: Person, surroundings: Surroundings
) -> None:
    ids = [
        (await _upload(client, person, f"{number}.txt", b"text")).json()["id"]
        for number in range(3)
    ]
    for each in ids:
        await _read(client, person, each)
    first = (await client.get("/files?page_size=2", headers=person.headers)).json()
    second = (await client.get("/files?page_size=2&page=2", headers=person.headers)).json()
    assert [each["id"] for each in first["files"] + second["files"]] == ids[::-1]
    assert (first["total"], second["page"]) == (3, 2)
    assert (await client.delete(f"/files/{ids[0]}", headers=person.headers)).status_code == 204
    gone = await client.get(f"/files/{ids[0]}/download", headers=person.headers)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "file_not_found")
    with surroundings.superuser() as link:
        left = link.execute("SELECT FROM automation.file_chunks WHERE file_id = %s", (ids[0],))
        assert left.rowcount == 0


async def test_another_tenant_sees_and_changes_no_file(
    client: httpx.AsyncClient, person: Person, surroundings: Surroundings
) -> None:
    stranger = newcomer(surroundings)
    made = (await _upload(client, person, "secret.txt", b"secret")).json()
    await _read(client, person, made["id"])
    for path in ("", "/download", "/text"):
        seen = await client.get(f"/files/{made['id']}{path}", headers=stranger.headers)
        assert seen.status_code == 404
    removed = await client.delete(f"/files/{made['id']}", headers=stranger.headers)
    assert removed.status_code == 404
    assert (await client.get("/files", headers=stranger.headers)).json()["files"] == []
    with surroundings.as_role("automation_services") as link:
        for table in ("files", "file_chunks", "file_texts"):
            assert link.execute(f"SELECT FROM automation.{table}").rowcount == 0


async def test_a_caller_without_the_key_or_a_user_is_refused(client: httpx.AsyncClient) -> None:
    nobody = await client.get("/files")
    assert nobody.status_code == 401
    stranger = await client.get("/files", headers={"X-API-Key": "wrong"})
    assert stranger.status_code == 401
    assert (await client.get("/ready")).json()["checks"].keys() == {"postgres"}


async def test_the_gauge_counts_files_that_wait(client: httpx.AsyncClient, person: Person) -> None:
    await _upload(client, person, "one.txt", b"text")

    async def size() -> str:
        lines = (await client.get("/metrics")).text.splitlines()
        return next(each for each in lines if each.startswith("file_processing_queue_size "))

    await until(size, lambda seen: seen == "file_processing_queue_size 0.0")


@pytest.mark.skipif(shutil.which("antiword") is None, reason="antiword is not installed")
async def test_the_text_of_an_old_word_file_is_read_by_antiword(
    client: httpx.AsyncClient, person: Person
) -> None:
    from ..word_97 import word_97

    made = await _upload(client, person, "old.doc", word_97("Dear Ada, from 1997"))
    assert made.status_code == 201, made.text
    seen = await _read(client, person, made.json()["id"])
    assert seen["reason"] is None
    text = await client.get(f"/files/{seen['id']}/text", headers=person.headers)
    assert text.json()["text"].strip() == "Dear Ada, from 1997"


async def test_without_antiword_an_old_word_file_says_so(
    client: httpx.AsyncClient, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ..word_97 import word_97

    monkeypatch.setenv("PATH", "/nowhere")
    made = await _upload(client, person, "old.doc", word_97("Dear Ada"))
    seen = await _read(client, person, made.json()["id"])
    assert "antiword, is not installed" in seen["reason"]
