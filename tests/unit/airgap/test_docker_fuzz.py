"""Whatever comes over the wire to the Docker provider: it is refused by name, or answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.docker_provider.container_config import archive, config, limits
from airgap.docker_provider.container_state import state
from airgap.docker_provider.functions import FUNCTIONS
from airgap.docker_provider.handler import shown
from airgap.docker_provider.registry import RESOURCES
from airgap.docker_provider.schema import Property
from airgap.docker_provider.server import DockerProvider

from .docker_calls import (
    CONTAINER,
    KINDS,
    NONE,
    REQUIRED,
    Context,
    Refused,
    check,
    compare,
    provider,
    struct,
    urn,
)
from .docker_engine import Api, Keeping, answering, inspected
from .test_random_fuzz import UNKNOWNS, VALUES, encoded

FUZZ = settings(
    max_examples=150,
    deadline=None,  # conftest.py holds that nothing hangs
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# Texts that some rule asks for, next to those that none does.
FITTING = ["1.5", "0-2,4", "30s", "1m30s", "always", "bind", "tmpfs", "shared", "/a", "0644"]
FITTING += ["Yg==", "A=1", "a:1", "default", "sha256:0", "systempaths=unconfined", "x\0y", "ü"]
TEXTS = st.sampled_from(FITTING) | st.text(max_size=8)
NUMBERS = st.integers(-2, 80) | st.sampled_from([2**31, 2**53, 2**53 + 2, 2**63, 10**300])
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXTS,
    "int": NUMBERS,
    "bool": st.booleans(),
    "map": st.dictionaries(st.text(max_size=5), TEXTS, max_size=3),
    "list": st.lists(TEXTS, max_size=3),
    "set": st.lists(TEXTS, max_size=3),
}


def likely(spec: Property) -> st.SearchStrategy[Any]:
    """Values of the right type, of which most are also as the rules ask."""
    if spec.kind in SCALARS:
        return SCALARS[spec.kind]
    fields = {name: likely(inner) for name, inner in (spec.fields or {}).items()}
    needed = {name for name, inner in (spec.fields or {}).items() if inner.required}
    item = st.fixed_dictionaries(
        {name: fields[name] for name in needed},
        optional={name: each for name, each in fields.items() if name not in needed},
    )
    return item if spec.kind == "object" else st.lists(item, max_size=3)


LIKELY = {
    kind: {name: likely(spec) for name, spec in RESOURCES[kind][0].properties.items()}
    for kind in KINDS
}
NAMES = {kind: [*RESOURCES[kind][0].properties, "__defaults", "nonsense"] for kind in KINDS}


@st.composite
def right(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Some inputs of the right types."""
    names = draw(st.lists(st.sampled_from(list(LIKELY[kind])), max_size=4, unique=True))
    return REQUIRED[kind] | {name: draw(LIKELY[kind][name]) for name in names}


@st.composite
def any_inputs(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Inputs of which most are of the right types, some are not, and a few do not exist."""
    names = st.sampled_from(NAMES[kind]) | st.text(max_size=8)
    odd = draw(st.dictionaries(names, VALUES, max_size=2))
    plain = draw(right(kind))
    wrapped = draw(st.booleans())
    if plain and wrapped:
        name = draw(st.sampled_from(sorted(plain)))
        plain[name] = wire.secret(plain[name])
    return {**plain, **odd}


def changed_within(draw: st.DrawFn, value: Any) -> Any:
    """Put something odd somewhere inside a value."""
    if isinstance(value, dict) and value and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: changed_within(draw, value[name])}
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        return [*value[:place], changed_within(draw, value[place]), *value[place + 1 :]]
    return draw(VALUES | st.sampled_from(UNKNOWNS))


@st.composite
def broken_inside(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Inputs with something odd anywhere, however deep."""
    return {k: changed_within(draw, v) for k, v in draw(right(kind)).items()}


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_any_inputs_are_refused_by_name_or_checked(kind: str, data: st.DataObject) -> None:
    news = encoded(data.draw(any_inputs(kind) | broken_inside(kind)))
    olds = encoded(data.draw(any_inputs(kind)))
    inputs, told = check(kind, news, olds)
    assert all(reason and path in reason for path, reason in told.items())
    if not told:
        again, told_again = check(kind, inputs, olds)
        assert (shown(again), told_again) == (shown(inputs), {})


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_any_two_inputs_can_be_compared(kind: str, data: st.DataObject) -> None:
    values = any_inputs(kind) | broken_inside(kind)
    answer = compare(kind, encoded(data.draw(values)), encoded(data.draw(values)))
    assert set(answer.replaces) <= set(answer.diffs)
    assert bool(answer.diffs) is (answer.changes != NONE)
    assert bool(answer.detailedDiff) is bool(answer.diffs)


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_checked_inputs_are_no_change_to_themselves_in_any_order(
    kind: str, data: st.DataObject
) -> None:
    inputs, told = check(kind, encoded(data.draw(right(kind))))
    if told:
        return
    assert compare(kind, inputs, inputs).changes == NONE
    properties = RESOURCES[kind][0].properties
    assert compare(kind, inputs, _shuffled(data, properties, inputs)).changes == NONE


def _shuffled(
    data: st.DataObject, table: Mapping[str, Property], values: dict[str, Any]
) -> dict[str, Any]:
    unordered = ("set", "objectset", "objects")
    return {
        name: data.draw(st.permutations(value))
        if name in table and table[name].kind in unordered
        else value
        for name, value in values.items()
    }


def imitated(inputs: dict[str, Any]) -> Api:
    """Return an engine that does all that it is asked, whatever the resource."""
    found = {"Name": "it", "Driver": "x", "Options": None, "Labels": None, "Mountpoint": "/x"}
    switches = ("Internal", "Attachable", "Ingress", "EnableIPv6")
    network = {**found, **dict.fromkeys(switches, False), "Scope": "local"}
    made = inspected(config(inputs)) if "tty" in inputs else {}
    made.get("State", {})["Health"] = {"Status": "healthy"}
    return Api(
        create_container_from_config={"Id": "made"},
        inspect_container=made,
        logs=b"\xff",
        create_network={"Id": "made"},
        inspect_network={**network, "IPAM": {"Driver": "default", "Config": None}},
        create_volume={"Name": "made"},
        inspect_volume=found,
        inspect_image={"Id": "sha256:1"},
        build=[],
    )


@pytest.mark.parametrize("kind", KINDS)
@FUZZ
@given(data=st.data())
def test_what_was_checked_is_made_read_changed_and_removed(kind: str, data: st.DataObject) -> None:
    inputs, told = check(kind, encoded(data.draw(any_inputs(kind) | right(kind))))
    if told or wire.unknown_inside(inputs):
        return
    # What is built lies in a folder of the machine, not on the wire.
    inputs.pop("build", None)
    with answering(imitated(inputs)):
        made = provider.Create(
            provider_pb2.CreateRequest(urn=urn(kind), properties=struct(inputs)), Keeping()
        )
        assert made.id
        same = {"urn": urn(kind), "id": made.id}
        read = provider.Read(
            provider_pb2.ReadRequest(**same, properties=made.properties, inputs=struct(inputs)),
            Context(),
        )
        assert read.id == made.id
        changed = provider_pb2.UpdateRequest(**same, olds=read.properties, news=struct(inputs))
        updated = provider.Update(changed, Context())
        removed = provider_pb2.DeleteRequest(**same, properties=updated.properties)
        provider.Delete(removed, Context())


@FUZZ
@given(data=st.data(), name=st.sampled_from(sorted(FUNCTIONS)) | st.text(max_size=8))
def test_any_arguments_of_a_function_are_refused_by_name_or_answered(
    name: str, data: st.DataObject
) -> None:
    known = FUNCTIONS[name].arguments if name in FUNCTIONS else {}
    likely_ones = st.fixed_dictionaries({}, optional={n: likely(s) for n, s in known.items()})
    arguments = data.draw(likely_ones) | data.draw(
        st.dictionaries(st.sampled_from(["name", "nonsense"]), VALUES, max_size=2)
    )
    request = provider_pb2.InvokeRequest(tok=name, args=encoded(arguments))
    with answering(answered()):
        try:
            answer = provider.Invoke(request, Context())
        except Refused as refusal:
            assert "not supported" in str(refusal)
            assert name not in FUNCTIONS
        else:
            assert bool(answer.failures) is not bool(getattr(answer, "return").fields)


def answered() -> Api:
    """Return an engine that has one network, one image and one container."""
    network = {"Id": "1", "Name": "n", "Driver": "d", "Internal": True, "Options": None}
    return Api(
        inspect_network={**network, "Scope": "local", "IPAM": {"Config": None}},
        inspect_image={"Id": "sha256:1"},
        logs=b"\xff\n",
    )


@FUZZ
@given(news=st.dictionaries(st.sampled_from(["host", "version", "x"]), VALUES, max_size=3))
def test_any_configuration_is_refused_by_name_or_taken(news: dict[str, Any]) -> None:
    made = DockerProvider("5.2.0", "")
    checked = made.CheckConfig(provider_pb2.CheckRequest(news=encoded(news)), Context())
    assert all(each.property in each.reason for each in checked.failures)
    made.DiffConfig(provider_pb2.DiffRequest(olds=encoded(news), news=encoded({})), Context())
    assert made.Configure(provider_pb2.ConfigureRequest(args=encoded(news)), Context())


@FUZZ
@given(inputs=any_inputs(CONTAINER) | right(CONTAINER))
def test_what_was_checked_can_be_made(inputs: dict[str, Any]) -> None:
    checked, told = check(CONTAINER, encoded(inputs))
    if told or wire.unknown_inside(checked):
        return
    body = config(checked)
    assert json.loads(json.dumps(body, allow_nan=False)) == body
    assert limits(checked).items() <= body["HostConfig"].items()
    for upload in checked.get("uploads", ()):
        assert len(archive(upload)) % 512 == 0
    found = state(inspected(body, checked["name"]), checked)
    assert wire.load(wire.dump(found)).keys() >= checked.keys() - {"__defaults"}


@FUZZ
@given(data=st.data(), place=st.text(max_size=30) | st.sampled_from([urn(k) for k in KINDS]))
@pytest.mark.parametrize("call", ["Check", "Diff"])
def test_a_urn_of_any_form_is_refused_or_answered(
    call: str, data: st.DataObject, place: str
) -> None:
    news = encoded(data.draw(st.dictionaries(st.text(max_size=8), VALUES, max_size=2)))
    kinds = {"Check": provider_pb2.CheckRequest, "Diff": provider_pb2.DiffRequest}
    try:
        answer = getattr(provider, call)(kinds[call](urn=place, news=news), Context())
    except Refused as refusal:
        assert "not supported" in str(refusal)
    else:
        assert answer.IsInitialized()


DEEP = 60


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_nested_as_deep_as_the_wire_allows_is_refused(kind: str) -> None:
    value: Any = "x"
    for _ in range(DEEP):
        value = [{"a": value}]
    for name in RESOURCES[kind][0].properties:
        news = encoded({**REQUIRED[kind], name: value})
        assert any(path.startswith(name) for path in check(kind, news)[1])
        assert compare(kind, {}, news).changes != NONE


def test_many_items_take_no_long_time() -> None:
    many = [f"A{number}=1" for number in range(20_000)]
    labels = [{"label": each, "value": "x"} for each in many]
    inputs, told = check(CONTAINER, {"image": "app:1", "envs": many, "labels": labels})
    assert not told
    reordered = {**inputs, "envs": many[::-1], "labels": labels[::-1]}
    assert compare(CONTAINER, inputs, reordered).changes == NONE
