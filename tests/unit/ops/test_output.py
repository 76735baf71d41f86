"""Tables for terminals and for logs."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from ops.endpoints import endpoint_table
from ops.output import Table, interactive, show, show_json

TABLE = Table(("name", "state"), [("redis", "running"), ("x", "")])


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_are_aligned_and_end_without_blanks() -> None:
    assert TABLE.plain() == "name   state\nredis  running\nx"


def test_a_table_for_a_terminal_holds_the_same_words() -> None:
    target = io.StringIO()
    Console(file=target, width=40).print(TABLE.rich())
    assert target.getvalue().split() == TABLE.plain().split()


def test_a_narrow_terminal_hides_nothing() -> None:
    target = io.StringIO()
    image = "pyairtable/airtable-emulator:0123456789ab"
    Console(file=target, width=30).print(Table(("image",), [(image,)]).rich())
    assert "".join(target.getvalue().split()) == f"image{image}"


def test_markup_in_a_cell_is_shown_and_not_obeyed() -> None:
    target = io.StringIO()
    Console(file=target, width=40).print(Table(("detail",), [("[red]x[/red]",)]).rich())
    assert "[red]x[/red]" in target.getvalue()


def test_a_person_watches_a_terminal_that_is_not_of_a_ci_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert interactive()
    monkeypatch.setenv("CI", "true")
    assert not interactive()
    monkeypatch.delenv("CI")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not interactive()


def test_a_table_is_plain_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    show(TABLE)
    assert capsys.readouterr().out == TABLE.plain() + "\n"


def test_a_table_is_rich_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stdout", terminal)
    show(TABLE)
    assert terminal.getvalue().split()[-1] == "x"


def test_json_is_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    show_json({"b": 1, "a": [2]})
    assert capsys.readouterr().out == '{\n  "a": [\n    2\n  ],\n  "b": 1\n}\n'


def test_endpoints_tell_address_slot_and_image() -> None:
    outputs = {
        "endpoints": {"frontend": "http://127.0.0.1:3000", "api-gateway": "http://127.0.0.1:8080"},
        "services": {"api-gateway": {"slot": "green", "image": "g:1"}},
    }
    assert endpoint_table(outputs).rows == [
        ("api-gateway", "http://127.0.0.1:8080", "green", "g:1"),
        ("frontend", "http://127.0.0.1:3000", "", ""),
    ]
