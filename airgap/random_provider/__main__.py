"""Run the random provider as a plugin of the engine."""

import sys

import grpc

from airgap.plugin_server import serve
from airgap.plugins import version
from airgap.protocol import provider_pb2_grpc

from .server import RandomProvider


def _add(server: grpc.Server, _engine: str) -> None:
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(
        RandomProvider(version("random")), server
    )


if __name__ == "__main__":
    sys.exit(serve(_add, sys.argv[1:]))
