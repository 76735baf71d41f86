"""A Word 97 file, made by hand: no library writes that type any more."""

from __future__ import annotations

import struct

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
TEXT_AT = 0x400


def word_97(text: str) -> bytes:
    """Return a compound file with the two streams that a reader of Word 97 needs."""
    raw = text.encode("cp1252") + b"\r"
    piece = struct.pack("<HIH", 0, 0x40000000 | TEXT_AT * 2, 0)
    pieces = struct.pack("<II", 0, len(raw)) + piece
    # A style sheet without styles, then the piece table.
    styles = struct.pack("<HHH", 18, 0, 10).ljust(20, b"\0")
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    table = (styles + clx).ljust(4096, b"\0")
    head = bytearray(TEXT_AT)
    struct.pack_into("<HHHHH", head, 0, 0xA5EC, 0xC1, 0, 0x0409, 0)
    struct.pack_into("<H", head, 0x0A, 0x0200)
    struct.pack_into("<II", head, 0x18, TEXT_AT, TEXT_AT + len(raw))
    struct.pack_into("<H", head, 0x20, 14)
    struct.pack_into("<H", head, 0x3E, 22)
    struct.pack_into("<I", head, 0x4C, len(raw))
    struct.pack_into("<II", head, 0xA2, 0, len(styles))
    struct.pack_into("<II", head, 0x01A2, len(styles), len(clx))
    document = (bytes(head) + raw).ljust(4096, b"\0")
    return _compound({"WordDocument": document, "1Table": table})


def _compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file: header, allocation table, directory, streams."""
    table, entries, body, at = [TABLE, END], b"", b"", 2
    for name, data in streams.items():
        count = len(data) // SECTOR
        entries += _entry(name, 2, at, len(data), right=2 if at == 2 else FREE)
        table += [*range(at + 1, at + count), END]
        body, at = body + data, at + count
    root = _entry("Root Entry", 5, END, 0, child=1)
    directory = (root + entries).ljust(SECTOR, b"\0")
    header = struct.pack("<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)  # fmt: skip
    header += struct.pack("<109I", 0, *[FREE] * 108)
    allocation = struct.pack("<128I", *(table + [FREE] * 128)[:128])
    return header + allocation + directory + body


def _entry(
    name: str, kind: int, start: int, size: int, right: int = FREE, child: int = FREE
) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIII", encoded, len(encoded), kind, 1, FREE, right, child, start, size, 0
    )
