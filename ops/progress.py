"""How an update tells the user how it goes on; the program has it, ops uses it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Takes what there is to tell, from any thread."""

    def line(self, text: str) -> None:
        """Tell what the update came to."""

    def step(self, text: str) -> None:
        """Tell of a step as it is done."""

    def status(self, name: str, text: str) -> None:
        """Show how something stands just now; nothing any more with an empty text."""
