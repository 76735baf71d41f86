"""Names of files: made harmless when they come in, and told safely when they go out."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 200
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')


def sanitised(given: str) -> tuple[str, str]:
    """Return a harmless name and its extension in small letters, both empty without a name.

    No folder, no control character, none that turns the writing around, no dot in front.
    """
    last = re.split(r"[\\/]", given)[-1]
    plain = "".join(
        each
        for each in unicodedata.normalize("NFC", last)
        if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    name = _FORBIDDEN.sub("_", plain).strip(" .")
    stem, dot, extension = name.rpartition(".")
    if not (stem and dot and extension):
        return name[:MOST_CHARACTERS], ""
    extension = extension.lower()[:10]
    room = MOST_CHARACTERS - len(extension) - 1
    return f"{stem[:room].rstrip(' .')}.{extension}", extension


def attachment(name: str) -> str:
    """Return the Content-Disposition that offers a file under a name."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
