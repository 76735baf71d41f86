"""How an update tells the user how it goes on; the program has it, ops uses it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Takes what there is to tell, from any thread."""

    def line(self, text: str) -> None:
        """Tell what the user is to find again afterwards."""

    def step(self, text: str) -> None:
        """Tell of a step that is done, where no live display shows it."""

    def status(self, name: str, text: str) -> None:
        """Show how a service stands just now, in a live display only."""
