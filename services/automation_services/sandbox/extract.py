"""The text of a file, by its type."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from zipfile import BadZipFile, ZipFile

from .runner import Refused

# Of all parts of a docx or xlsx together; what a bomb unpacks to is far more.
MOST_UNPACKED = 64 << 20
MOST_PARTS = 5000

ANTIWORD = "antiword"


def extract(path: Path, extension: str, most: int, output: TextIO) -> None:
    """Write the text of a file, and at most one character more than `most`.

    Raises Refused when it cannot be read. For doc files another program takes this one's place.
    """
    left = most + 1
    try:
        for part in _READERS[extension](path):
            output.write(part[:left].replace("\0", ""))
            left -= len(part)
            if left <= 0:
                return
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # The libraries raise all kinds of errors for a broken file.
        raise Refused(f"The file is damaged ({type(error).__name__})") from error


def guard_parts(archive: ZipFile) -> None:
    """Raise Refused when an archive would unpack to too much."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused("The file unpacks to more than it may")


def _pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    with path.open("rb") as file:
        reader = PdfReader(file)
        try:
            if reader.is_encrypted and not reader.decrypt(""):
                raise Refused("The file is protected by a password")
        except DependencyError:
            raise Refused("The file is encrypted in a way that cannot be read here") from None
        for page in reader.pages:
            yield page.extract_text() + "\n"


def _docx(path: Path) -> Iterator[str]:
    from docx import Document

    _guard(path)
    with path.open("rb") as file:
        yield from _blocks(Document(file))


def _blocks(holder: Any) -> Iterator[str]:
    from docx.table import Table

    for block in holder.iter_inner_content():
        if not isinstance(block, Table):
            yield block.text + "\n"
            continue
        for row in block.rows:
            cells = ("".join(_blocks(cell)).strip().replace("\n", " ") for cell in row.cells)
            yield "\t".join(cells) + "\n"


def _xlsx(path: Path) -> Iterator[str]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    _guard(path)
    with path.open("rb") as file:
        book = load_workbook(file, read_only=True, data_only=True)
        for sheet in book.worksheets:
            yield f"{sheet.title}\n"
            for row in sheet.iter_rows(values_only=True):
                line = "\t".join("" if value is None else str(value) for value in row).rstrip()
                if line:
                    yield line + "\n"


def _plain(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        while part := file.read(65536):
            yield part


def _doc(path: Path) -> Iterator[str]:
    try:
        arguments = [ANTIWORD, "-m", "UTF-8.txt", "-w", "0", str(path)]
        os.execvp(ANTIWORD, arguments)  # noqa: S606  (there is to be no shell)
    except FileNotFoundError:
        raise Refused("The program that reads .doc files, antiword, is not installed") from None


def _guard(path: Path) -> None:
    try:
        with path.open("rb") as file, ZipFile(file) as archive:
            guard_parts(archive)
    except BadZipFile:
        raise Refused("The file is damaged") from None


_READERS: dict[str, Callable[[Path], Iterator[str]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "txt": _plain,
    "csv": _plain,
    "doc": _doc,
}
