"""How an update stands just now, at the foot of the terminal; what is done stands above it.

Pulumi's own live display shows all of its rows, a few hundred here: what matters is out of sight.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

POLL_SECONDS = 0.1
# How long the rest of what was said may take to be shown.
REST_SECONDS = 5.0
# Ends what is read of the pipe; what Pulumi has started may hold it open for longer.
_END = "\0"
# A row of Pulumi's plain display: operation, type, name, how it stands.
_ROW = re.compile(r"^ ?\S{1,2} +([\w:]+) (\S+) (creat|updat|delet|replac)(ing|ed)\b")
_OURS = ("pyairtable:components:", "pulumi:pulumi:Stack")
# With these Pulumi begins to tell what it came to.
_ENDS = ("Diagnostics:", "Resources:", "error:")
_MOST_NAMES = 6


@dataclass(kw_only=True)
class Display:
    """What is shown. path: where the program writes its progress. pipe: for Pulumi's output."""

    stack: str
    path: Path
    pipe: int
    console: Console = field(default_factory=Console)
    _began: float = field(default_factory=time.monotonic)
    _states: dict[str, str] = field(default_factory=dict)
    _working: dict[str, str] = field(default_factory=dict)
    _ending: bool = False

    def takes(self, event: str) -> None:
        """Show an event of the program: the status of something, or a line that stays."""
        told = json.loads(event)
        if line := told.get("line"):
            self._say(line)
        elif told["text"]:
            self._states[told["name"]] = told["text"]
        else:
            self._states.pop(told["name"], None)

    def hears(self, line: str) -> None:
        """Show a line of Pulumi: what it works on while it does, and its result."""
        self._ending = self._ending or line.startswith(_ENDS)
        if self._ending:
            self._say(line)
        elif (row := _ROW.match(line)) and not row[1].startswith(_OURS):
            if row[4] == "ing":
                self._working[row[2]] = f"{row[3]}ing"
            else:
                self._working.pop(row[2], None)

    def __rich__(self) -> RenderableType:
        """Return the foot of the terminal."""
        seconds = time.monotonic() - self._began
        rows = Table.grid(padding=(0, 2))
        for name, text in list(self._states.items())[-self.console.height + 6 :]:
            rows.add_row(Text(f"  {name}", style="cyan"), Text(text))
        head = Text(f"Updating {self.stack} · {seconds:.0f} s{self._work()}")
        head.truncate(self.console.width - 2, overflow="ellipsis")
        return Group(Spinner("dots", head), *([rows] if self._states else []))

    def _work(self) -> str:
        names = list(self._working)
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return f" · working on {', '.join(names[:_MOST_NAMES])}{more}" if names else ""

    def _say(self, line: str) -> None:
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def display(stack: str) -> Iterator[Display]:
    """Show an update of a stack while the block runs it."""
    with tempfile.TemporaryDirectory(prefix="platformctl-") as folder:
        reading, writing = os.pipe()
        shown = Display(stack=stack, path=Path(folder) / "progress", pipe=writing)
        shown.path.touch(mode=0o600)
        ended = threading.Event()
        heard = threading.Thread(target=_hear, args=(shown, reading), daemon=True)
        taken = threading.Thread(target=_take, args=(shown, ended), daemon=True)
        with Live(shown, console=shown.console, refresh_per_second=4, transient=True):
            heard.start()
            taken.start()
            try:
                yield shown
            finally:
                os.write(writing, f"{_END}\n".encode())
                ended.set()
                taken.join(REST_SECONDS)
                heard.join(REST_SECONDS)
                os.close(writing)


def _hear(shown: Display, reading: int) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            said = line.rstrip("\n")
            last = said.endswith(_END)
            if said != _END:
                shown.hears(said.removesuffix(_END))
            if last:
                return


def _take(shown: Display, ended: threading.Event) -> None:
    """Follow the file of the program's progress; a line that is half there is waited for."""
    with shown.path.open(encoding="utf-8") as file:
        half = ""
        while True:
            last = ended.is_set()
            half += file.read()
            *whole, half = half.split("\n")
            for event in whole:
                shown.takes(event)
            if last:
                return
            ended.wait(POLL_SECONDS)
