"""What a URN tells of its resource."""

from __future__ import annotations

import pytest

from airgap import urn

START = "urn:pulumi:dev::project::"


@pytest.mark.parametrize(
    ("place", "kind", "name"),
    [
        (f"{START}a:b:C::it", "a:b:C", "it"),
        (f"{START}p:q:R$s:t:U$a:b:C::it", "a:b:C", "it"),
        (f"{START}a:b:C::it::is$this", "a:b:C", "it::is$this"),
        (f"{START}a:b:C::", "a:b:C", ""),
        ("a::b", "", "b"),
        ("", "", ""),
    ],
)
def test_type_and_name_are_taken_apart(place: str, kind: str, name: str) -> None:
    assert (urn.kind(place), urn.name(place)) == (kind, name)
