"""The manual of platformctl, made from the program itself: python -m ops.manual."""

from __future__ import annotations

import html
import sys
from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from .cli import app

FILE = "docs/platformctl.md"
_STATE = """
## State

Before every change the stack's state is copied to `.state/backups/<stack>/`, in the form of
`pulumi stack export`; the last 10 copies are kept. To go back to one:

```console
$ . ./activate
$ pulumi stack import --stack dev --file .state/backups/dev/20261123T205910.864639Z.json
```

A lock that a killed process left is removed by the next `platformctl up`, and what was made
half-way is put right. A lock whose process lives, or ran on another host, is explained and kept.
"""


def manual() -> str:
    """Return the manual as Markdown."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="platformctl")
    text = html.unescape(get_docs_for_click(obj=command, ctx=context, name="platformctl"))
    note = "<!-- Made by `python -m ops.manual`; a test holds it true. -->\n\n"
    return note + text.rstrip() + "\n" + _STATE


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1]
    (root / FILE).write_text(manual())
