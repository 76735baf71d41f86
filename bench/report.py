"""Figures and how they are shown and kept."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure. at_most, at_least: what it is held against, if anything."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is within its limits."""
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def limit(self) -> str:
        """Its limit in words."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return "" if self.at_least is None else f"at least {self.at_least:g}"


def show(figures: list[Figure]) -> None:
    """Print a table."""
    table = Table("figure", "value", "unit", "limit", "", box=None)
    for each in figures:
        verdict = "" if not each.limit else "kept" if each.kept else "broken"
        table.add_row(each.name, f"{each.value:.3g}", each.unit, each.limit, verdict)
    Console(width=120).print(table)


def keep(figures: list[Figure], folder: Path) -> Path:
    """Write the figures as JSON and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "figures.json"
    path.write_text(json.dumps([asdict(each) for each in figures], indent=2) + "\n")
    return path
