"""How an update is shown in a terminal."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

import pytest
from rich.console import Console

from ops.live import REST_SECONDS, Display, display


def shown(width: int = 100, height: int = 20) -> tuple[Display, io.StringIO]:
    told = io.StringIO()
    console = Console(file=told, width=width, height=height)
    return Display(stack="dev", path=Path(), pipe=-1, console=console), told


def foot(display: Display, told: io.StringIO) -> str:
    """What stands at the foot just now."""
    told.seek(0)
    told.truncate()
    display.console.print(display)
    return told.getvalue()


def state(name: str, text: str) -> str:
    return json.dumps({"name": name, "text": text})


def test_a_state_stands_until_it_is_taken_back() -> None:
    display, told = shown()
    display.takes(state("auth-service", "green 50 % · 12 requests · 0 errors"))
    assert "auth-service  green 50 % · 12 requests · 0 errors" in foot(display, told)
    display.takes(state("auth-service", ""))
    display.takes(state("never-there", ""))
    assert "auth-service" not in foot(display, told)


def test_a_step_is_a_line_that_stays() -> None:
    display, told = shown()
    display.takes(json.dumps({"line": "phase [core] open after 8.1 s"}))
    assert told.getvalue() == "phase [core] open after 8.1 s\n"


def test_what_pulumi_works_on_is_named_until_it_is_done() -> None:
    display, told = shown()
    display.hears("Updating (dev):")
    display.hears(" +  docker:index:Container redis creating (0s) ")
    display.hears(" +  pulumi:pulumi:Stack pyairtable-dev creating (0s) ")
    display.hears(" +  pyairtable:components:Cache cache creating (0s) ")
    display.hears(" ~  docker:index:Volume redis-data refreshing (0s) ")
    assert "working on redis\n" in foot(display, told).replace("  ", "")
    display.hears(" +  docker:index:Container redis created (1s) ")
    assert "working on" not in foot(display, told)
    for number in range(9):
        display.hears(f" ++ docker:index:Container c{number} creating replacement (0s) ")
    assert "c0, c1, c2, c3, c4, c5 and 3 more" in foot(display, told)
    narrow, told = shown(width=30)
    narrow.hears(" +  docker:index:Container a-name-that-is-long creating (0s) ")
    assert len(foot(narrow, told).splitlines()) == 1


def test_more_states_than_lines_show_the_latest() -> None:
    display, told = shown(height=10)
    for number in range(9):
        display.takes(state(f"s{number}", "waiting for healthy"))
    text = foot(display, told)
    assert "s8" in text and "s5" in text and "s4" not in text


@pytest.mark.parametrize("begin", ["Diagnostics:", "error: no such stack", "Resources:"])
def test_what_pulumi_tells_at_the_end_stays(begin: str) -> None:
    display, told = shown()
    display.hears(" ~  docker:index:Volume redis-data refresh (0s) ")
    display.hears(begin)
    display.hears("    [auth-service] is unhealthy")
    assert told.getvalue() == f"{begin}\n    [auth-service] is unhealthy\n"


def test_the_file_and_the_pipe_are_read_to_their_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with display("dev") as made:
        with made.path.open("a") as file:
            file.write(json.dumps({"line": "phase core open after 8.1 s"}) + "\n")
        os.write(made.pipe, b"Diagnostics:\n\n  done \xff")
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert {"phase core open after 8.1 s", "Diagnostics:", "done \ufffd"} <= set(lines)
    assert not made.path.exists()


def test_a_program_that_goes_on_with_the_pipe_holds_nothing_up() -> None:
    began = time.monotonic()
    with display("dev") as made:
        held = os.dup(made.pipe)
    os.close(held)
    assert time.monotonic() - began < REST_SECONDS


def test_an_error_in_the_block_is_not_hidden() -> None:
    with pytest.raises(KeyboardInterrupt), display("dev"):
        raise KeyboardInterrupt
