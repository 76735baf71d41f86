"""Values of the wire format as plain Python, and back."""

from __future__ import annotations

import math
from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from airgap import wire
from airgap.wire import UNKNOWN

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(values=st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_written_is_read_again(values: dict[str, Any]) -> None:
    assert wire.load(wire.dump(values)) == values


def test_what_is_written_is_as_protobuf_itself_writes_it() -> None:
    values = {"a": [None, True, 1, 0.5, "x", [], {}, ["y"]], "b": {}, "c": {"d": {"e": 1}}, "": []}
    expected = struct_pb2.Struct()
    expected.update(values)
    assert wire.dump(values) == expected


def test_nothing_is_left_out_and_a_tuple_is_a_list() -> None:
    assert wire.load(wire.dump({"a": None, "b": {"c": None}, "d": (1, 2)})) == {
        "b": {},
        "d": [1, 2],
    }


def test_whole_numbers_are_integers_and_what_is_no_number_is_kept() -> None:
    found = wire.load(wire.dump({"a": 2.0, "b": math.inf}))
    assert (found["a"], type(found["a"]), found["b"]) == (2, int, math.inf)


def test_what_has_no_place_on_the_wire_is_told_by_its_type_alone() -> None:
    with pytest.raises(TypeError, match="a value of type bytes has no place on the wire") as told:
        wire.dump({"a": [b"hush-hush"]})
    assert "hush" not in str(told.value)


@pytest.mark.parametrize("wrapped", [wire.secret([UNKNOWN]), {"a": [{"b": UNKNOWN}]}, UNKNOWN])
def test_what_holds_something_unknown_is_found(wrapped: Any) -> None:
    assert wire.unknown_inside(wire.load(wire.dump({"x": wrapped}))["x"])
    assert not wire.unknown_inside({"a": ["b", {"c": 1}]})
