"""A mark names the owner of a stack's name, and the refusal says what to do."""

from __future__ import annotations

from plan.names import STACK_LABEL, Names
from plan.owner import Owner, read, refusal

MINE = Owner(id="a1", place="/home/ann/platform on laptop", since="2026-01-02T03:04:05+01:00")


def test_a_mark_is_read_as_it_was_written_and_belongs_to_its_stack() -> None:
    labels = MINE.labels(Names("dev"))
    assert labels[STACK_LABEL] == "dev"
    assert read(labels, MINE.since) == MINE


def test_a_volume_without_labels_is_the_mark_of_nobody() -> None:
    assert read(None, "") == Owner(id="")


def test_the_refusal_names_the_owner_and_both_ways_on() -> None:
    text = refusal("dev", MINE)
    assert "stack dev of another checkout (/home/ann/platform on laptop, since 2026-01-02" in text
    assert "`platformctl adopt --stack dev`" in text
    assert "entry.gatewayPort" in text
    assert "\n" not in text


def test_without_a_mark_there_is_nobody_to_name() -> None:
    assert "of another checkout. Nothing was touched." in refusal("dev", None)
    assert "of another checkout. Nothing was touched." in refusal("dev", Owner(id="x"))
