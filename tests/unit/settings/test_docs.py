"""The page of settings and Pulumi's own schema say what the models say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from settings import docs
from settings.stack import SECRETS, SECTIONS, StackSettings

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_as_the_models_are() -> None:
    assert docs.main(["--check"]) == 0, "run python -m settings.docs"


def test_the_page_can_be_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docs, "FILE", tmp_path / "page.md")
    assert docs.main(["--check"]) == 1
    assert docs.main([]) == 0
    assert docs.main(["--check"]) == 0


def test_every_setting_is_described() -> None:
    assert "| None |" not in docs.text()


def test_pulumis_schema_has_every_section_and_requires_none() -> None:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    described = {
        (field.alias or name): field.description
        for name, field in StackSettings.model_fields.items()
    }
    assert set(project["config"]) == {*SECTIONS, *SECRETS} == set(described)
    for name, entry in project["config"].items():
        assert entry["description"] == described[name], name
        assert "default" in entry, name
        assert entry["type"] == ("object" if name in SECTIONS else "string")
