"""What the user sees of an update while it goes on."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pulumi


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Takes what there is to tell, from any thread.

    live: the file from which platformctl shows how the update stands just now; None where
    nobody watches, and every step is a line of Pulumi's.
    """

    live: Path | None = None

    def line(self, text: str) -> None:
        """Tell what the update came to; it stands at Pulumi's end too."""
        pulumi.log.info(text)

    def step(self, text: str) -> None:
        """Tell of a step as it is done."""
        if self.live is None:
            self.line(text)
        else:
            self._write({"line": text})

    def status(self, name: str, text: str) -> None:
        """Show how something stands just now; nothing any more with an empty text."""
        if self.live is not None:
            self._write({"name": name, "text": text})

    def _write(self, event: dict[str, str]) -> None:
        # Whoever watched may be gone, and the folder with him; that fails no update.
        with suppress(OSError), Path(str(self.live)).open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")
