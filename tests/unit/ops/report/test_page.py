"""The page tells what the report holds, and needs nothing but itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from ops.report.data import REPORT
from ops.report.page import page

from .example import failed, report


class Parsed(HTMLParser):
    """Every element and its attributes, and the visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_it_has_no_script_and_asks_for_nothing() -> None:
    parsed = Parsed(page(report()))
    assert {tag for tag, _ in parsed.elements}.isdisjoint({"script", "link", "img", "iframe"})
    named = {name for _, attributes in parsed.elements for name in attributes}
    assert named.isdisjoint({"src", "href", "xlink:href", "onclick", "onload", "style"})
    assert "url(" not in page(report()) and "@import" not in page(report())
    policy = [a for tag, a in parsed.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy[0]["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_what_others_wrote_is_text_and_no_markup() -> None:
    assert "release of &lt;b&gt;an image&lt;/b&gt;" in page(report())
    assert "auth-service-green &lt;keeps&gt; exiting" in page(failed())


def test_the_whole_release_is_told() -> None:
    text = Parsed(page(report())).text
    for words in (
        "Release 20261124T025627Z ✓ released",
        "by robin@laptop",
        "✓ done Networks 5 networks are there",
        "✗ not done Volumes missing or wrong: redis-data",
        "n/a Previous version kept no new version",
        "auth-service: blue → green",
        "pyairtable/auth-service:1 → pyairtable/auth-service:2",
        "50 % on green green (new) 1400 1 100 ms",
        "100 % on green blue (old) 0 0 none",
        "✗ failed login POST /login none 401",
        "Test of the new versions, before they had traffic",
    ):
        assert words in text, words


def test_a_failed_update_is_named_so_and_says_why() -> None:
    text = Parsed(page(failed())).text
    assert "Failed update 20261124T025700Z-failed ✗ failed" in text
    assert "Why it failed auth-service-green <keeps> exiting" in text
    assert "No traffic was moved." in text


def test_a_release_that_moves_no_traffic_says_so() -> None:
    told = REPORT.validate_python({**REPORT.dump_python(report()), "moved": (), "samples": ()})
    assert "so no traffic moved" in Parsed(page(told)).text


def test_each_slot_has_its_line_in_both_plots() -> None:
    drawn = [a for tag, a in Parsed(page(report())).elements if tag == "polyline"]
    assert [each["class"] for each in drawn] == ["line-blue", "line-green"] * 2
    assert all(re.fullmatch(r"([\d.]+,[\d.]+ ?)+", str(each["points"])) for each in drawn)
