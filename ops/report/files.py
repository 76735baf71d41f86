"""Where reports are kept: .state/releases/<stack>/."""

from __future__ import annotations

from pathlib import Path

from .data import REPORT, ReleaseReport
from .page import page

FAILED = "-failed"


def folder(root: Path, stack: str) -> Path:
    """Return the folder of a stack's reports."""
    return root / ".state" / "releases" / stack


def reports(root: Path, stack: str) -> list[Path]:
    """Return the reports of a stack as JSON files, oldest first."""
    return sorted(folder(root, stack).glob("*.json"))


def write(report: ReleaseReport, root: Path, keep: int) -> Path:
    """Write a report and return its page.

    keep: how many are kept, of releases and of failed updates each. Raises OSError when the
    folder cannot be written.
    """
    target = folder(root, report.stack)
    target.mkdir(parents=True, exist_ok=True)
    file = target / f"{report.id}.html"
    _replace(file.with_suffix(".json"), REPORT.dump_json(report, indent=1))
    _replace(file, page(report).encode())
    kept = reports(root, report.stack)
    alike = [each for each in kept if each.stem.endswith(FAILED) != report.passed]
    for old in alike[:-keep]:
        old.unlink()
        old.with_suffix(".html").unlink(missing_ok=True)
    return file


def read(file: Path) -> ReleaseReport:
    """Return a kept report."""
    return REPORT.validate_json(file.read_bytes())


def _replace(file: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    half = file.with_name(f"{file.name}.part")
    half.write_bytes(content)
    half.replace(file)
