"""Telling the engine that something was made although its creation failed."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2

from airgap import wire
from airgap.protocol import provider_pb2

from .handler import PartlyMade, Values, shown

# Where gRPC carries the details of a status.
_DETAILS = "grpc-status-details-bin"


def fail_partly(context: Any, partly: PartlyMade, inputs: Values) -> Any:
    """End the call with the error, and hand over the id and the state of what exists."""
    detail = any_pb2.Any()
    detail.Pack(
        provider_pb2.ErrorResourceInitFailed(
            id=partly.id,
            properties=wire.dump(shown(partly.state)),
            reasons=[partly.reason],
            inputs=wire.dump(inputs),
        )
    )
    code = grpc.StatusCode.UNKNOWN
    status = status_pb2.Status(code=code.value[0], message=partly.reason, details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(code, partly.reason)
