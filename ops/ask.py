"""Asking the user before something is lost."""

from __future__ import annotations

import sys

import typer

from .exits import Exit, Stopped


def by_name(stack: str, yes: bool) -> None:
    """Return when the user has typed the stack's name, or has said yes beforehand.

    Raises Stopped when he has not, or cannot be asked.
    """
    if yes:
        return
    if not can_ask():
        raise Stopped(
            Exit.USAGE,
            "Nobody can be asked here, and nothing was touched. Add --yes if you mean it.",
        )
    answer = typer.prompt(
        f"Type the stack's name, {stack}, to go on", default="", show_default=False, err=True
    )
    if answer.strip() != stack:
        raise Stopped(Exit.CANCELLED, "That is not its name; nothing was touched.")


def can_ask() -> bool:
    """Whether somebody can answer."""
    return sys.stdin.isatty()
