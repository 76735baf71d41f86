"""Run the random provider as a plugin of the engine."""

import sys

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from airgap.plugin_server import serve
from airgap.plugins import version

from .server import RandomProvider


def _add(server: grpc.Server, _engine: str) -> None:
    provider = RandomProvider(version("random"))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)


sys.exit(serve(_add, sys.argv[1:]))
