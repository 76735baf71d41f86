"""What the user sees of an update while it goes on."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pulumi


@dataclass(kw_only=True)
class Progress:
    """Lines, and the status of rows in Pulumi's live display. Usable from any thread.

    live: somebody looks at the live display, as platformctl knows. There steps need no lines;
    elsewhere Pulumi would print every status as a line of its own. loop: that of the program.
    """

    live: bool
    loop: asyncio.AbstractEventLoop
    _rows: dict[str, pulumi.Resource] = field(default_factory=dict)

    def row(self, name: str, resource: pulumi.Resource) -> None:
        """Let the status of name stand in the row of a resource."""
        self._rows[name] = resource

    def line(self, text: str) -> None:
        """Tell what the user is to find again afterwards."""
        pulumi.log.info(text)

    def step(self, text: str) -> None:
        """Tell of a step that is done, where no live display shows it."""
        if not self.live:
            self.line(text)

    def status(self, name: str, text: str) -> None:
        """Show how something stands just now, in a live display only."""
        if self.live and name in self._rows:
            shown = partial(pulumi.log.info, text, resource=self._rows[name], ephemeral=True)
            # The loop is closed when the program was interrupted: then nobody looks any more.
            with suppress(RuntimeError):
                self.loop.call_soon_threadsafe(shown)
