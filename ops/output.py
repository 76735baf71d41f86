"""What commands print: rich tables in a terminal, plain aligned lines elsewhere, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

_STYLES = {
    "passed": "green",
    "healthy": "green",
    "running": "green",
    "failed": "bold red",
    "unhealthy": "bold red",
    "exited": "red",
    "damaged": "bold red",
    "skipped": "yellow",
    "starting": "yellow",
    "missing": "bold red",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Cells under headers."""

    headers: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def plain(self) -> str:
        """Return aligned lines without colours."""
        lines = [self.headers, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.headers))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def rich(self) -> RichTable:
        """Return a table for a terminal; words that say how something is have their colour."""
        table = RichTable(box=None, header_style="bold", pad_edge=False)
        for header in self.headers:
            table.add_column(header, overflow="fold")
        for row in self.rows:
            table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
        return table


def interactive() -> bool:
    """Whether a person watches: the output is a terminal, and not one of a CI run."""
    return sys.stdout.isatty() and not os.environ.get("CI")


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is under way, in a terminal only."""
    if not interactive():
        yield
        return
    with Console(stderr=True).status(what):
        yield


def show(table: Table) -> None:
    """Print a table on the standard output."""
    if interactive():
        Console().print(table.rich())
    else:
        print(table.plain())


def show_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print a value as JSON on the standard output."""
    print(json.dumps(value, indent=2, sort_keys=True))


def say(text: str) -> None:
    """Print a line for people; on the error output, so that it never mixes with results."""
    print(text, file=sys.stderr, flush=True)
