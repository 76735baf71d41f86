"""What a change of inputs, a refresh, an import and a deletion do to a random value."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import provider_pb2

from airgap import wire
from airgap.wire import UNKNOWN

from .random_calls import (
    ID,
    KINDS,
    PASSWORD,
    PET,
    STRING,
    Context,
    Refused,
    create,
    diff,
    provider,
    urn,
)

NEEDED: dict[str, dict[str, Any]] = {
    PASSWORD: {"length": 8},
    STRING: {"length": 8},
    ID: {"byteLength": 8},
    PET: {},
}
KIND = provider_pb2.PropertyDiff.Kind
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME

REPLACED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, str]]] = [
    (STRING, {"length": 8}, {"length": 9}, {"length": "UPDATE_REPLACE"}),
    (STRING, {"length": 8}, {"length": UNKNOWN}, {"length": "UPDATE_REPLACE"}),
    (STRING, {"length": 8}, {"length": 8, "minLower": 1}, {"minLower": "UPDATE_REPLACE"}),
    (
        PASSWORD,
        {"length": 8},
        {"length": 8, "numeric": False},
        {"number": "UPDATE_REPLACE", "numeric": "UPDATE_REPLACE"},
    ),
    (
        PASSWORD,
        {"length": 8},
        {"length": 8, "overrideSpecial": "-"},
        {"overrideSpecial": "ADD_REPLACE"},
    ),
    (
        PASSWORD,
        {"length": 8, "overrideSpecial": "-"},
        {"length": 8},
        {"overrideSpecial": "DELETE_REPLACE"},
    ),
    (ID, {"byteLength": 8, "prefix": "x"}, {"byteLength": 8}, {"prefix": "DELETE_REPLACE"}),
    (PET, {}, {"separator": "_"}, {"separator": "UPDATE_REPLACE"}),
    (PET, {}, {"keepers": {"a": "1"}}, {"keepers": "ADD_REPLACE"}),
    (PET, {"keepers": {"a": "1"}}, {}, {"keepers": "DELETE_REPLACE"}),
    (PET, {"keepers": {"a": "1"}}, {"keepers": {}}, {"keepers": "UPDATE_REPLACE"}),
    (PET, {"keepers": {"a": "1"}}, {"keepers": {"a": "2"}}, {"keepers": "UPDATE_REPLACE"}),
    (PET, {"keepers": {"a": "1"}}, {"keepers": {"a": UNKNOWN}}, {"keepers": "UPDATE_REPLACE"}),
    (PET, {"keepers": {"a": "1"}}, {"keepers": UNKNOWN}, {"keepers": "UPDATE_REPLACE"}),
]


@pytest.mark.parametrize(("kind", "olds", "news", "changes"), REPLACED)
def test_a_changed_input_makes_a_new_value(
    kind: str, olds: dict[str, Any], news: dict[str, Any], changes: dict[str, str]
) -> None:
    answer = diff(kind, olds, news)
    assert answer.changes == SOME
    assert sorted(answer.replaces) == sorted(changes)
    found = {name: KIND.Name(each.kind) for name, each in answer.detailedDiff.items()}
    assert found == changes
    assert not answer.deleteBeforeReplace


UPDATED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (STRING, {"length": 8, "overrideSpecial": ""}, {"length": 8}),
    (STRING, {"length": 8}, {"length": 8, "overrideSpecial": ""}),
    (PET, {}, {"keepers": {}}),
    (PET, {"keepers": {}}, {}),
    (PET, {}, {"keepers": {"a": None}}),
]


@pytest.mark.parametrize(("kind", "olds", "news"), UPDATED)
def test_a_change_that_means_the_same_keeps_the_value(
    kind: str, olds: dict[str, Any], news: dict[str, Any]
) -> None:
    answer = diff(kind, olds, news)
    assert answer.changes == SOME
    assert not answer.replaces


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (STRING, {"length": 8, "keepers": {"a": "1"}, "overrideSpecial": "-"}),
        (PASSWORD, {"length": 8, "number": False}),
        (ID, {"byteLength": 8, "prefix": "x"}),
        (PET, {"keepers": {"a": "1", "b": None}}),
    ],
)
def test_the_same_inputs_are_no_change(kind: str, inputs: dict[str, Any]) -> None:
    assert diff(kind, inputs, inputs).changes == NONE


def test_a_default_written_out_is_no_change() -> None:
    assert (
        diff(STRING, {"length": 8}, {"length": 8, "special": True, "minLower": 0}).changes == NONE
    )


def test_a_default_that_an_older_version_did_not_record_is_filled_in_place() -> None:
    request = provider_pb2.DiffRequest(
        urn=urn(PET),
        olds=wire.dump({"length": 2}),
        old_inputs=wire.dump({}),
        news=wire.dump({"length": 2, "separator": "-"}),
    )
    answer = provider.Diff(request, Context())
    assert list(answer.diffs) == ["separator"]
    assert not answer.replaces


def test_an_update_keeps_the_value_and_its_secrecy() -> None:
    _, olds = create(PASSWORD, length=8)
    news = wire.dump({**wire.load(olds), "keepers": {}, "__defaults": []})
    request = provider_pb2.UpdateRequest(urn=urn(PASSWORD), id="none", olds=olds, news=news)
    properties = provider.Update(request, Context()).properties
    assert properties.fields["result"] == olds.fields["result"]
    assert wire.load(properties) == {**wire.load(olds), "keepers": {}}


@pytest.mark.parametrize("kind", KINDS)
def test_a_preview_knows_no_output(kind: str) -> None:
    needed = NEEDED[kind]
    identity, properties = create(kind, preview=True, **needed)
    outputs = {PASSWORD: 2, STRING: 1, ID: 4, PET: 0}[kind]
    assert identity == ""
    assert list(wire.load(properties).values()).count(UNKNOWN) == outputs


def test_nothing_is_made_of_a_value_that_is_not_known() -> None:
    request = provider_pb2.CreateRequest(urn=urn(STRING), properties=wire.dump({"length": UNKNOWN}))
    with pytest.raises(Refused, match="no value yet"):
        provider.Create(request, Context())


def test_nothing_is_made_of_inputs_that_were_not_checked() -> None:
    request = provider_pb2.CreateRequest(urn=urn(STRING), properties=wire.dump({"length": "x"}))
    with pytest.raises(Refused, match="whole number"):
        provider.Create(request, Context())


@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_changes_nothing(kind: str) -> None:
    needed = NEEDED[kind]
    identity, properties = create(kind, **needed)
    request = provider_pb2.ReadRequest(
        urn=urn(kind),
        id=identity,
        properties=wire.dump(wire.load(properties)),
        inputs=wire.dump({**needed, "__defaults": ["x"]}),
    )
    answer = provider.Read(request, Context())
    assert (answer.id, answer.properties, answer.inputs) == (identity, properties, request.inputs)


def imported(kind: str, given: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    answer = provider.Read(provider_pb2.ReadRequest(urn=urn(kind), id=given), Context())
    return answer.id, wire.load(answer.inputs), wire.load(answer.properties)


def test_a_password_is_imported_by_its_value() -> None:
    identity, inputs, properties = imported(PASSWORD, "hunter22")
    assert identity == "none"
    assert properties["result"] == "hunter22"
    assert (inputs["length"], inputs["special"], inputs["minLower"]) == (8, True, 0)


def test_an_imported_value_is_not_replaced_by_the_program_that_fits_it() -> None:
    _, inputs, properties = imported(STRING, "hunter22")
    request = provider_pb2.DiffRequest(
        urn=urn(STRING),
        olds=wire.dump(properties),
        old_inputs=wire.dump(inputs),
        news=wire.dump(inputs),
    )
    assert provider.Diff(request, Context()).changes == NONE


def test_a_string_is_imported_by_its_value() -> None:
    identity, inputs, properties = imported(STRING, "hunter22")
    assert (identity, properties["result"], inputs["length"]) == ("hunter22", "hunter22", 8)


@pytest.mark.parametrize(("given", "prefix"), [("AQIDBA", None), ("a,b,AQIDBA", "a,b")])
def test_an_id_is_imported_with_its_prefix(given: str, prefix: str | None) -> None:
    identity, inputs, properties = imported(ID, given)
    assert identity == "AQIDBA"
    assert inputs.get("prefix") == prefix
    assert inputs["byteLength"] == 4
    assert properties["dec"] == (prefix or "") + "16909060"


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ID, "not base64!"),
        (ID, "ä"),
        (ID, "A"),
        (ID, "AQIDBB=="),
        (ID, "AQIDBB"),
        (ID, ""),
        (ID, "A" * 2000),
        (PASSWORD, ""),
        (STRING, ""),
        (PET, "happy-otter"),
    ],
)
def test_what_cannot_be_imported_is_told(kind: str, given: str) -> None:
    with pytest.raises(Refused, match=r"import"):
        imported(kind, given)


@pytest.mark.parametrize("kind", [*KINDS, "random:index/randomBytes:RandomBytes"])
def test_anything_can_be_deleted(kind: str) -> None:
    request = provider_pb2.DeleteRequest(urn=urn(kind), id="x")
    assert provider.Delete(request, Context()) == empty_pb2.Empty()


def test_configuration_is_refused_by_name() -> None:
    news = wire.dump({"version": "4.21.4", "seed": "1"})
    answer = provider.CheckConfig(provider_pb2.CheckRequest(news=news), Context())
    assert [each.property for each in answer.failures] == ["seed"]


def test_the_provider_says_that_it_takes_part_in_previews() -> None:
    answer = provider.Configure(provider_pb2.ConfigureRequest(), Context())
    assert answer.supportsPreview
    assert not answer.acceptSecrets
    same = provider.DiffConfig(provider_pb2.DiffRequest(news=struct_pb2.Struct()), Context())
    assert same.changes == NONE
    assert provider.GetPluginInfo(empty_pb2.Empty(), Context()).version == "4.21.4"
    assert provider.Cancel(empty_pb2.Empty(), Context()) == empty_pb2.Empty()


def test_the_context_of_these_tests_ends_a_call_as_grpc_does() -> None:
    with pytest.raises(Refused):
        Context().abort(grpc.StatusCode.UNKNOWN, "x")
